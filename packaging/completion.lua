-- completion.lua: a shell's completion of orthorun's command line, printed:
-- `orthorun packaging/completion.lua bash`. The options are the program's own
-- tables; experiments and their parameters are asked for when Tab is pressed.
local core = require "orthorun.core"

-- --- the options ------------------------------------------------------------

-- What may stand behind an option, by the name of its value.
local kinds = { FILE = "file", SCRIPT = "script", DIR = "folder" }

-- All of them: {word, value, about, kind, choices}. A word that several rows
-- have ("-l") is one; FILE.html is none.
local function all_options()
  local list, seen = {}, {}
  local function add(row)
    if seen[row.word] or not row.word:find "^%-." or row.word == "--" then return end
    seen[row.word] = true
    row.kind = row.value and (row.choices and "choices" or
      kinds[row.value:match "^%u*"] or "text")
    list[#list + 1] = row
  end
  for _, row in ipairs(core.own_options()) do add(row) end
  for _, row in ipairs(core.run_options) do
    add { word = "--" .. row.name, value = row.value, about = row.about,
      choices = row.choices, run = true }
  end
  return list
end

local all = all_options()

-- f(option) of those for which keep(option), joined.
local function each(between, f, keep)
  local parts = {}
  for _, option in ipairs(all) do
    if not keep or keep(option) then parts[#parts + 1] = f(option) end
  end
  return table.concat(parts, between)
end

local function word_of(option) return option.word end
local function is_run(option) return option.run end
local function is(kind)
  return function(option) return option.kind == kind end
end
-- Does a script still come behind it and its value?
local function takes_word(option)
  return option.value and option.word:find "^%-%l$" or option.run and option.value
end

-- --- bash -------------------------------------------------------------------

local bash = [==[
# bash completion for orthorun; made by packaging/completion.lua

# What --list and an experiment's --help have, a word a line.
_orthorun_experiments() {
  "$1" --list 2>/dev/null </dev/null | sed -n 's/^\([^ ]\{1,\}\) .*/\1/p'
}
_orthorun_parameters() {
  "$1" "$2" --help 2>/dev/null </dev/null | sed -n 's/^  \(--[^ ]*\).*/\1/p'
}

# The word of the command line that is the script, into `script`.
_orthorun_find_script() {
  local i word
  script=
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      {{takes_word}})
        [[ ${COMP_WORDS[i + 1]} == '=' ]] && i=$((i + 1))
        i=$((i + 1)) ;;
      --pack) script=${COMP_WORDS[i + 1]}; return ;;
      -?*) ;;
      *) script=$word; return ;;
    esac
  done
}

_orthorun_add() { # words: those that begin as the current one
  local IFS=$'\n'
  COMPREPLY+=($(compgen "$@" -- "$cur"))
}

_orthorun_scripts() {
  local IFS=$'\n'
  compopt -o filenames
  _orthorun_add -W "$(_orthorun_experiments "$1")"
  _orthorun_add -f -X '!*.lua'
  _orthorun_add -f -X '!*.html'
  _orthorun_add -d
}

# The value of the option in front of it; false where it takes none.
_orthorun_value() {
  case $prev in
{{values}}
    {{texts}}) ;;
    {{files}}) compopt -o filenames; _orthorun_add -f ;;
    {{folders}}) compopt -o filenames; _orthorun_add -d ;;
    {{scripts}}) _orthorun_scripts "$1" ;;
    *) return 1 ;;
  esac
  return 0
}

_orthorun() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} script
  local program=${COMP_WORDS[0]/#\~\//$HOME/}
  COMPREPLY=()
  if [[ $cur == '=' ]]; then
    cur=
  elif [[ $prev == '=' ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  _orthorun_value "$program" && return
  _orthorun_find_script
  if [[ -z $script && $cur != -* ]]; then
    _orthorun_scripts "$program"
  elif [[ -z $script ]]; then
    COMPREPLY=($(compgen -W '{{words}}' -- "$cur"))
  elif [[ $cur != -* ]]; then
    compopt -o filenames
    _orthorun_add -f
  else
    COMPREPLY=($(compgen -W '{{run_words}}' -- "$cur"))
    # Only what came with the program is run in order to be asked.
    if _orthorun_experiments "$program" | grep -qxF -- "$script"; then
      COMPREPLY=($(compgen -W "$(_orthorun_parameters "$program" "$script")" \
        -- "$cur"))
    fi
  fi
} && complete -F _orthorun orthorun
]==]

local function bash_values()
  return each("\n", function(o)
    return ("    %s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")) ;;"):format(o.word,
      table.concat(o.choices, " "))
  end, is "choices")
end

-- --- zsh --------------------------------------------------------------------

local zsh = [==[
#compdef orthorun
# zsh completion for orthorun; made by packaging/completion.lua

_orthorun_experiments() {
  local -a names
  names=(${(f)"$($words_program --list 2>/dev/null </dev/null |
    sed -n 's/^\([^ ]\{1,\}\) *\(.*\)/\1:\2/p')"})
  _describe -t experiments experiment names
}

_orthorun_scripts() {
  _alternative 'experiments:experiment:_orthorun_experiments' \
    'files:script:_files -g "*.(lua|html)"'
}

# Only what came with the program is run in order to be asked.
_orthorun_arguments() {
  local script=$line[1]
  local -a names
  if [[ $PREFIX == -* ]] && $words_program --list 2>/dev/null </dev/null |
    sed 's/ .*//' | grep -qxF -- "$script"; then
    names=(${(f)"$($words_program $script --help 2>/dev/null </dev/null |
      sed -n 's/^  \(--[^ ]*\) *\(.*\)/\1:\2/p')"})
    _describe -o option names
  elif [[ $PREFIX == -* ]]; then
    names=({{run_pairs}})
    _describe -o option names
  else
    _files
  fi
}

_orthorun() {
  local words_program=${~words[1]} curcontext=$curcontext state
  local -a line
  _arguments -A '-*' \
    {{specs}} \
    '1:script:_orthorun_scripts' '*:argument:_orthorun_arguments'
}

_orthorun "$@"
]==]

local zsh_actions = { file = "_files", folder = "_files -/", text = " ",
  script = "_orthorun_scripts" }

local function zsh_about(o)
  return (o.about:gsub("'", "'\\''"):gsub("[%[%]:]", "\\%0"))
end

local function zsh_pair(o) return ("'%s:%s'"):format(o.word, zsh_about(o)) end

local function zsh_spec(o)
  local about = zsh_about(o)
  local spec = o.word
  if not o.value then return ("'%s[%s]'"):format(spec, about) end
  local action = o.choices and "(" .. table.concat(o.choices, " ") .. ")" or
    zsh_actions[o.kind]
  local joined = o.run and "=" or "" -- --jobs 3 and --jobs=3
  return ("'%s%s[%s]:%s:%s'"):format(spec, joined, about,
    o.value:match "^[%w/=]*", action)
end

-- --- fish -------------------------------------------------------------------

local fish = [==[
# fish completion for orthorun; made by packaging/completion.lua

# The program that stands on the command line, asked.
function __orthorun_ask
    set -l words (commandline -opc)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    $program $argv 2>/dev/null </dev/null
end

function __orthorun_experiments
    __orthorun_ask --list |
        string replace -rf '^([^ ]+) +(.*)' '$1\t$2'
end

# The word that is the script, unless it is the one being typed.
function __orthorun_script
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case {{takes_words}}
                set -e words[1]
            case '-?*'
            case '*'
                echo $words[1]
                return
        end
        set -e words[1]
    end
    return 1
end

# Only what came with the program is run in order to be asked.
function __orthorun_parameters
    set -l script (__orthorun_script)
    contains -- "$script" (__orthorun_experiments | string replace -r '\t.*' '')
    and __orthorun_ask $script --help |
        string replace -rf '^  (--[^ ]+) *(.*)' '$1\t$2'
end

complete -c orthorun -n 'not __orthorun_script' -k -a '(__orthorun_experiments)'
complete -c orthorun -n __orthorun_script -a '(__orthorun_parameters)'
{{lines}}
]==]

local fish_values = { file = " -rF", text = " -x",
  script = " -rFa '(__orthorun_experiments)'",
  folder = " -xa '(__fish_complete_directories)'" }

local function fish_line(o)
  local kind = o.word:find "^%-%-" and "-l " or "-s "
  local value = o.choices and (" -xa '%s'"):format(table.concat(o.choices, " ")) or
    o.value and fish_values[o.kind] or ""
  local only = o.run and "" or " -n 'not __orthorun_script'"
  return ("complete -c orthorun%s %s%s%s -d '%s'"):format(only, kind,
    o.word:gsub("^%-+", ""), value, (o.about:gsub("'", "\\'")))
end

-- --- printing ---------------------------------------------------------------

local shells = {
  bash = { bash, { takes_word = each("|", word_of, takes_word),
    values = bash_values(), texts = each("|", word_of, is "text"),
    files = each("|", word_of, is "file"), folders = each("|", word_of, is "folder"),
    scripts = each("|", word_of, is "script"), words = each(" ", word_of),
    run_words = each(" ", word_of, is_run) } },
  zsh = { zsh, { specs = each(" \\\n    ", zsh_spec),
    run_pairs = each("\n      ", zsh_pair, is_run) } },
  fish = { fish, { takes_words = each(" ", word_of, takes_word),
    lines = each("\n", fish_line) } },
}

local shell = shells[arg[1]] or error "completion.lua: bash, zsh or fish?"
io.write((shell[1]:gsub("{{([%w_]+)}}", shell[2])))
