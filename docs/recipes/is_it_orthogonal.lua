-- How far is a matrix from orthogonal, and which orthogonal one is nearest?
local ortho = require "orthorun"
local W = ortho.init.scaled_gaussian {} (ortho.rng(1), 64, 64)
local Q = W:polar()
print("||W'W - I||      ", ortho.metric.orthogonality_error(W))
print("||Q'Q - I|| < 1e-13", ortho.metric.orthogonality_error(Q) < 1e-13)
print("distance ||W - Q||", (W - Q):norm())
local s = W:singular_values()
print("singular values  ", s:max(), "to", s:min())
