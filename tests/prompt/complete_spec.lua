-- complete_spec.lua: what Tab offers, and whom it does not call.
local complete = require "orthorun.prompt.complete"
local session = require "orthorun.prompt.session"
local commands = require "orthorun.prompt.commands"

local asked
local host = { list = function(folder)
  asked = folder
  return { "./", "../", ".hidden", "data.csv", "dir/", "digits.npy" }
end }

local function tab(text, before)
  rawset(package.loaded, "orthorun", ortho)
  local insert, shown = complete.answer(before, text, host)
  return insert, shown or ""
end

-- The line after Tab, where that inserts.
local function after(text, before) return text .. (tab(text, before)) end

local function offers(text, ...)
  local _, shown = tab(text)
  for _, name in ipairs { ... } do assert.matches(name, shown, 1, true) end
end

insulate("Tab completes", function()
  setup(function() session.cells = {} end)

  it("globals, locals, keywords and commands", function()
    session.set("my_long_local", 5)
    assert.equal("my_long_local", after "my_lo")
    assert.equal("setmetatable(", after "setm")
    assert.equal("x = collectgarbage(", after "x = coll")
    assert.equal("function", after "func")
    assert.is_function(commands.list.reload)
    assert.equal("reload(", after "relo")
  end)

  it("modules, names in help, and keys in brackets", function()
    package.loaded["some.module"] = {}
    assert.equal('require "some.module"', after 'require "some.mo')
    assert.equal("require('some.module'", after "require('some.mo")
    assert.equal('reload "some.module"', after 'reload "some.mo')
    package.loaded["some.module"] = nil
    local path = package.path
    package.path = "/here/?.lua;/there/?/init.lua"
    local files = { list = function(folder)
      return ({ ["/here/"] = { "one.lua", "one.txt" }, ["/there/"] = { "once/" },
        ["/here/deep/"] = { "two.lua" } })[folder] or {}
    end }
    assert.same({ "", "once  one" }, { complete.answer(nil, 'require "on', files) })
    assert.equal('wo"', (complete.answer(nil, 'require "deep.t', files)))
    package.path = path
    assert.equal('help "singular_values"', after 'help "singular_va')
    assert.equal('ortho.init["orthogonal"', after 'ortho.init["ortho')
  end)

  it("fields and methods", function()
    assert.equal("ortho.init.orthogonal{", after "ortho.init.ortho")
    assert.equal("string.format(", after "string.form")
    session.set("A", ortho.matrix.eye(2))
    assert.equal("A:singular_values(", after "A:sing")
    session.set("word", "abc")
    assert.equal("word:upper(", after "word:upp")
    assert.equal("print(A:singular_values(", after "print(A:sing")
    offers("ortho.", "mlp", "train", "sweep", "init")
    offers("ortho.metric.s", "singular_values", "stable_rank", "spectral_norm")
  end)

  it("options inside braces, without those that are there", function()
    assert.equal("ortho.init.orthogonal{gain=", after "ortho.init.orthogonal{ga")
    session.set("init", ortho.init)
    assert.equal("init.orthogonal{det=1, gain=", after "init.orthogonal{det=1, ga")
    offers("ortho.mlp{", "activation", "width", "init")
    assert.equal("ortho.mlp{width=3, depth=", after "ortho.mlp{width=3, dep")
    assert.equal("ortho.mlp({depth=", after "ortho.mlp({dep")
    assert.equal("  depth=", after("  dep", "ortho.mlp{\n  width = 3,"))
    local _, shown = tab "ortho.init.orthogonal{gain=1, "
    assert.not_matches("gain", shown, 1, true)
  end)

  it("names inside strings", function()
    assert.equal('ortho.mlp{init="looks_linear"', after 'ortho.mlp{init="looks')
    assert.equal("ortho.mlp{activation = 'softplus'",
      after "ortho.mlp{activation = 'softp")
    assert.equal('ortho.tracker{probes={"movement", "gram_drift"',
      after 'ortho.tracker{probes={"movement", "gram_d')
    assert.equal('ortho.init.orthogonal{gain="tanh"',
      after 'ortho.init.orthogonal{gain="tan')
    assert.equal('ortho.activation.gain("selu"', after 'ortho.activation.gain("sel')
    offers('ortho.mlp{init="', "he_normal", "orthogonal")
  end)

  it("columns of the tables in scope", function()
    session.set("results", ortho.table.new { "depth", "gradient" })
    assert.equal('results:column("gradient"', after 'results:column("gr')
    assert.equal('results:summary{by="depth"', after 'results:summary{by="de')
    assert.equal('results:summary{by={"depth", "gradient"',
      after 'results:summary{by={"depth", "g')
    assert.equal('ortho.plot{data=results, x="depth"',
      after 'ortho.plot{data=results, x="de')
    assert.equal("results:where{gradient=", after "results:where{gr")
  end)

  it("files inside other strings", function()
    assert.equal('io.open("data.csv"', after 'io.open("dat')
    assert.equal('io.open("/some/where/dir/', after 'io.open("/some/where/dir')
    assert.equal("/some/where/", asked)
    offers('dofile "d', "data.csv", "digits.npy", "dir/")
  end)

  it("in the midst of what it knows only in part", function()
    for _, text in ipairs { "nobody.", "nobody:x", "a.b.c.d.e", "f(x).", "(1):",
      "ortho.nothing.x", "]]}}))", '"', "[[", "x = {{{", "ortho.mlp{init=\"zzz",
      "-- comm", "5.", "..." } do
      local insert = tab(text)
      assert.equal("string", type(insert), text)
    end
  end)
end)

insulate("Tab inserts itself", function()
  it("after blank space and at the beginning of a line", function()
    for _, text in ipairs { "", "  ", "x = ", "\t" } do
      assert.equal("\t", (tab(text)))
    end
  end)
end)

insulate("Tab calls nobody", function()
  it("not __index, __pairs, __len or __tostring of an object", function()
    local calls = 0
    local function count() calls = calls + 1 error "called" end
    session.set("odd", setmetatable({ field_one = 1 }, { __index = count,
      __pairs = count, __len = count, __tostring = count, __eq = count,
      __lt = count, __name = "orthorun.table" }))
    assert.equal("odd.field_one", after "odd.fie")
    tab "odd.fie.x"
    tab "odd:column(\""
    tab "ortho.plot{data=odd, x=\""
    tab "odd.other.thing."
    assert.equal(0, calls)
  end)

  it("not __index that is a chain without end", function()
    local a, b = {}, {}
    setmetatable(a, { __index = b })
    setmetatable(b, { __index = a })
    session.set("ring", a)
    assert.equal("string", type((tab "ring.x")))
    assert.equal("string", type((tab "ring.x.")))
  end)

  it("where a table is very large", function()
    local t = {}
    for i = 1, 200000 do t["key" .. i] = true end
    session.set("large", t)
    local begin = os.clock()
    local _, shown = tab "large.key"
    assert.is_true(os.clock() - begin < 1)
    assert.matches("more$", shown)
  end)
end)
