-- How do I train on a CSV of my own? One sample per line; `label` names a column.
local ortho = require "orthorun"
local path = os.tmpname()
local file = assert(io.open(path, "w"))
file:write "width,height,kind\n1.0,0.2,flat\n0.9,0.1,flat\n0.2,1.1,tall\n0.3,0.8,tall\n"
file:close()
local set = ortho.data.csv(path, { label = "kind" })
os.remove(path)
print("classes", table.concat(set.classes, " "), "inputs", table.concat(set.columns, " "))
local net = ortho.mlp { for_data = set, width = 8, depth = 2, rng = ortho.rng(1) }
net:train { data = set, loss = "cross_entropy", lr = 0.5, steps = 100 }
print("right", ortho.loss.accuracy(net:forward(set.x), set.labels))
