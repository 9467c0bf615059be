-- options_spec.lua: a script's command line, typed by the defaults.
local options = require "orthorun.base.options"

local function parse(specs, args) return options.parse(specs, args) end

local function spec(name, default, many, extra)
  return assert(options.spec(name, default, many, extra))
end

describe("options", function()
  local specs = { spec("depth", { 10 }, true, { least = 1 }),
    spec("lr", { 0.1 }, true), spec("init", { "a" }, true,
    { choices = { "a", "bb" } }), spec("width", 4), spec("rate", 0.5),
    spec("flag", false), spec("data", "x"), spec("two_words", 1) }

  local function value(name, ...)
    local values, message = parse(specs, { ... })
    assert.is_truthy(values, message)
    return values[name]
  end

  local function refused(wanted, ...)
    local values, message = parse(specs, { ... })
    assert.is_nil(values)
    assert.are.equal(wanted, message)
  end

  it("types a value by the default", function()
    assert.are.equal("integer", math.type(value("width", "--width", "512")))
    assert.are.equal(0.25, value("rate", "--rate=0.25"))
    assert.are.equal("float", math.type(value("rate", "--rate", "0.5")))
    assert.are.equal("3", value("data", "--data", "3"))
    assert.are.equal(1000, value("width", "--width", "1e3"))
    assert.are.equal(7, value("two_words", "--two-words", "7"))
    assert.are.equal("a,b", value("data", "--data", "a,b"))
    assert.are.equal("", value("data", "--data="))
  end)

  it("has three ways to set a boolean", function()
    assert.is_true(value("flag", "--flag"))
    assert.is_false(value("flag", "--no-flag"))
    assert.is_false(value("flag", "--flag=no"))
    assert.is_true(value("flag", "--flag", "true", "--width", "3"))
  end)

  it("reads lists and ranges", function()
    assert.are.same({ 10, 20, 50 }, value("depth", "--depth", "10,20,50"))
    assert.are.same({ 1, 2, 3, 9 }, value("depth", "--depth", "1-3,9"))
    assert.are.same({ 3, 4, 5 }, value("depth", "--depth", "3..5"))
    assert.are.same({ 1, 10, 100, 1000 },
      value("depth", "--depth", "1..1000:4log"))
    assert.are.same({ 0, 0.25, 0.5, 0.75, 1 }, value("lr", "--lr", "0..1:5"))
    local log = value("lr", "--lr", "1e-4..1e-1:7log")
    assert.are.equal(7, #log)
    assert.are.equal(1e-4, log[1])
    assert.are.equal(1e-1, log[7])
    assert.is_true(math.abs(log[3] / 1e-3 - 1) < 1e-12)
    assert.are.same({ "bb", "a" }, value("init", "--init", "bb,a"))
  end)

  it("lets the last one win", function()
    assert.are.equal(2, value("width", "--width", "1", "--width", "2"))
  end)

  it("names the option, the value, and what would be right", function()
    refused("--depth: expected a whole number of at least 1, got '-3'",
      "--depth", "-3")
    refused("--depth: expected a whole number of at least 1, got '2.5'",
      "--depth", "2.5")
    refused("--depth: expected a whole number of at least 1, got 'abc'",
      "--depth", "5,abc")
    refused("--depth: expected a whole number of at least 1, got ''",
      "--depth", "")
    refused("--width: expected a whole number, got '99999999999999999999'",
      "--width", "99999999999999999999")
    refused("--width takes one value here, got '1,2'", "--width", "1,2")
    refused("--rate: expected a number, got '0x10'", "--rate", "0x10")
    refused("--flag: expected true or false, got 'maybe'", "--flag=maybe")
    refused("--no-flag takes no value", "--no-flag=1")
    refused("--width: a value is missing", "--width")
    refused("--init: unknown value 'b' (did you mean 'bb'? known: a, bb)",
      "--init", "b")
    refused("unexpected argument 'foo' (options look like --name value)",
      "foo")
  end)

  it("names the nearest option", function()
    refused("unknown option --dpeth (did you mean --depth?)", "--dpeth", "3")
    refused("unknown option --zzzzzzzz (--help lists the options)",
      "--zzzzzzzz")
  end)

  it("refuses broken ranges", function()
    refused("--depth: expected a range that rises, of at most a million, " ..
      "got '5-1'", "--depth", "5-1")
    refused("--lr: expected ends above 0 for a logarithmic range, " ..
      "got '0..1:3log'", "--lr", "0..1:3log")
    refused("--lr: expected a range FROM..TO, FROM..TO:COUNT or :COUNTlog, " ..
      "got '0..1:x'", "--lr", "0..1:x")
    refused("--lr: expected whole ends, or a count: FROM..TO:COUNT, " ..
      "got '0.5..1'", "--lr", "0.5..1")
    refused("--depth: expected a whole number of at least 1, got '0'",
      "--depth", "0..3")
    refused("--lr: expected finite ends and 1 to a million points, " ..
      "got '0..1:99999999'", "--lr", "0..1:99999999")
  end)
end)
