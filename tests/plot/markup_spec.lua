-- markup_spec.lua: texts of plots: which become sub- and superscripts, and that
-- all else is drawn as it stands.
local core = require "orthorun.core"
local markup = require "orthorun.plot.markup"
local quoted = markup.quoted

local function becomes(wanted, text) assert.equal(wanted, quoted(text)) end

describe("markup", function()
  it("makes scripts of what is written as such", function()
    becomes("'‖W‖_{F}'", "‖W‖_F")
    becomes("'x^{2}'", "x^2")
    becomes("'10^{-3}, 10^{-12}'", "10^{-3}, 10^-12")
    becomes("'W_{1} and σ_{w}^{2}'", "W_1 and σ_w^2")
    becomes("'depth^{a}, A^{T}'", "depth^a, A^T")
    becomes("'a^{b_{c}}'", "a^{b_{c}}")
    becomes("'layer_{10}'", "layer_{10}")
  end)

  it("makes scripts of words behind signs", function()
    becomes("'σ_{min}(W), ‖W‖_{max}'", "σ_min(W), ‖W‖_max")
    becomes("'x\\_min, n\\_eff, σ\\_min\\_x'", "x_min, n_eff, σ_min_x")
  end)

  it("is HTML's, too, and in prose leaves all names alone", function()
    assert.equal("‖W‖<sub>F</sub> &lt; x<sup>2</sup>", markup.html "‖W‖_F < x^2")
    assert.equal("10<sup>−3</sup>, W<sub>1</sub>", markup.html "10^{−3}, W_1")
    assert.equal("a_b is ‖E‖<sub>F</sub>/(g²√n) &amp; σ<sub>min</sub>",
      markup.prose "a_b is ‖E‖_F/(g²√n) & σ_min")
    assert.equal("W_1, x^2, &lt;b&gt;", markup.prose "W_1, x^2, <b>")
  end)

  it("leaves names as they are", function()
    becomes("'scaled\\_gaussian'", "scaled_gaussian")
    becomes("'layer\\_1, lr\\_sgd, n\\_eff'", "layer_1, lr_sgd, n_eff")
    becomes("'\\_x, x\\_, \\^2'", "_x, x_, ^2")
    becomes("'W\\_F, x\\^2'", "W\\_F, x\\^2") -- by a backslash
  end)

  it("escapes all that gnuplot would take for a command", function()
    becomes("'\\{x\\} \\@y \\& \\~z \\\\'", "{x} @y & ~z \\")
    becomes("'x\\^\\{'", "x^{")
    becomes("'it''s `ls`'", "it's `ls`")
    becomes("'a b'", "a\nb")
  end)

  it("nests so far and no farther, and takes any bytes", function()
    assert.is_string(quoted(("a^{"):rep(1000) .. "x" .. ("}"):rep(1000)))
    local bytes = {}
    for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
    assert.is_string(quoted(table.concat(bytes)))
  end)

  it("is drawn as it says", function()
    if not core.file.spawn { "gnuplot", "--version" } then
      return pending "gnuplot"
    end
    local text = "C:\\new \\U+221E {a} @b ~c & do_it \\101 scaled_gaussian"
    local status, out = core.file.spawn({ "gnuplot", "-d" },
      "set terminal svg enhanced\nset title " .. quoted(text) ..
      "\nplot [0:1] [0:1] x notitle\n")
    assert.equal(0, status)
    local said = out:gsub("<[^>]*>", ""):gsub("&amp;", "&")
    assert.is_truthy(said:find(text, 1, true), said)
  end)
end)
