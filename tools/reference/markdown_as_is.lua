-- markdown_as_is: what LDoc turns text into HTML with: discount, told to leave
-- dashes, quotes and powers alone. Run by LDoc, with Lua 5.1.
local discount = require "discount"
local convert = type(discount) == "function" and discount or discount.to_html

return function(text) return convert(text, "nopants", "nosuperscript") end
