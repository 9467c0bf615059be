std = "lua54"
max_line_length = 90
ignore = { "581" } -- not (x > y) is meant: it is true for NaN
read_globals = { "ortho" }
files["tests"] = { std = "lua54+busted" }
