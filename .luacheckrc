std = "lua54"
max_line_length = 90
read_globals = { "ortho" }
files["tests"] = { std = "lua54+busted" }
