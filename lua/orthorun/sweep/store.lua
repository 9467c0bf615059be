-- store: the results file of a sweep. SQLite, one file a run, one writer.
-- Trials that end within moments of each other share a transaction.
-- Knows nothing of how trials are run or what their results mean.
local core = require("orthorun.core")
local files = require "orthorun.base.files"
local sqlite = core.store

local Store = { __name = "results store" }
Store.__index = Store

local store = {}

local application = 0x6f727468 -- "orth", in the file's header
local format = 1

local schema = {
  [[CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT, about TEXT, script TEXT, source TEXT, arguments TEXT,
    code TEXT, version TEXT, precision TEXT, seed TEXT,
    shard TEXT, jobs INTEGER, trials INTEGER, layout BLOB,
    started TEXT, finished TEXT, status TEXT,
    host TEXT, machine TEXT, system TEXT,
    lua TEXT, blas TEXT, kernel TEXT, random123 TEXT, compiler TEXT,
    sqlite TEXT)]],
  [[CREATE TABLE trials (
    key TEXT PRIMARY KEY, run INTEGER, parameters TEXT, input BLOB,
    code TEXT, version TEXT, precision TEXT, seed TEXT,
    status TEXT, reason TEXT, traceback TEXT, output BLOB,
    seconds REAL, finished TEXT,
    blas TEXT, kernel TEXT, host TEXT, machine TEXT) WITHOUT ROWID]],
  ("PRAGMA user_version = %d"):format(format),
  ("PRAGMA application_id = %d"):format(application),
}

-- What a failure of SQLite means for the file, and what to do about it.
local advice = {
  busy = "another program is using it",
  full = "the disk is full; what was finished is safe: make room and run " ..
    "the same command again",
  damaged = "the file is damaged; move it away, or get back what can be " ..
    "got with: sqlite3 FILE .recover",
  foreign = "not a results file of orthorun; it is left as it is: move it " ..
    "away, or choose another folder with --out",
  readonly = "it may not be written to",
  missing = "it cannot be opened",
  io = "reading or writing it failed (no room, a limit, a broken disk?); " ..
    "what was finished is safe, and the same command goes on from there",
}

local function complain(path, message, word)
  error(("%s: %s"):format(path, advice[word] and
    ("%s (%s)"):format(advice[word], message) or message), 0)
end

-- Runs one statement; its rows. Raises with the file's name where it fails.
function Store:sql(text, ...)
  local rows, message, word = self.db:run(text, ...)
  if not rows then complain(self.path, message, word) end
  return rows
end

local function pragma(self, name)
  local row = self:sql("PRAGMA " .. name)[1]
  return row and row[name]
end

-- What a new file was made with is on the disk before what was written to it
-- counts as safe.
local function sync_new_file(self)
  if self.unsynced then self:sql "PRAGMA wal_checkpoint(PASSIVE)" end
  self.unsynced = nil
end

-- All of `f`, or nothing of it.
function Store:transaction(f, ...)
  self:sql "BEGIN IMMEDIATE"
  self.inside = true
  local ok, result = pcall(f, ...)
  self.inside = nil
  if ok then ok, result = pcall(self.sql, self, "COMMIT") end
  if not ok then
    self.db:run "ROLLBACK"
    error(result, 0)
  end
  sync_new_file(self)
  return result
end

-- --- shared transactions ----------------------------------------------------

-- From here on, what is written is on the disk `seconds` later at the latest,
-- if `tick` is called in time: a sync takes longer than a quick trial.
function Store:group(seconds)
  self.patience = seconds
end

-- Runs a statement as one of its group.
local function put_in_group(self, ...)
  if self.patience and not self.since then
    self:sql "BEGIN IMMEDIATE"
    self.since = core.worker.clock()
  end
  self.waiting[#self.waiting + 1] = table.pack(...)
  self:sql(...)
  if self.since then return end
  self.waiting = {}
  if not self.inside then sync_new_file(self) end
end

-- Writes a group's statements one by one, as many as there is room for. From
-- then on each is a transaction.
local function save_singly(self)
  self.patience, self.lost, self.waiting = nil, self.waiting, {}
  while self.lost[1] do
    self:sql(table.unpack(self.lost[1], 1, self.lost[1].n))
    sync_new_file(self)
    table.remove(self.lost, 1)
  end
end

-- Writes what is waiting.
function Store:commit()
  if not self.since then return end
  self.since = nil
  if self.db:run "COMMIT" then
    self.waiting = {}
    sync_new_file(self)
  else
    self.db:run "ROLLBACK"
    save_singly(self)
  end
end

-- The same, if it is time.
function Store:tick()
  if self.since and core.worker.clock() - self.since >= self.patience then
    self:commit()
  end
end

-- ----------------------------------------------------------------------------

local function is_empty(self)
  return #self:sql "SELECT 1 FROM sqlite_master LIMIT 1" == 0
end

-- Raises unless the file is one of ours, in the form that we know.
local function check_format(self)
  if pragma(self, "application_id") ~= application then
    complain(self.path, "a database of another program", "foreign")
  end
  local version = pragma(self, "user_version")
  if version ~= format then
    error(("%s: written by another version of orthorun (its format is %d, " ..
      "this one reads %d); it is left as it is"):format(self.path, version,
      format), 0)
  end
end

local function check_health(self)
  local row = self:sql("PRAGMA quick_check(1)")[1]
  if row and row.quick_check ~= "ok" then
    complain(self.path, row.quick_check, "damaged")
  end
end

local function check_name(self, name)
  local last = self:sql("SELECT name FROM runs ORDER BY id DESC LIMIT 1")[1]
  if last and last.name ~= name then
    error(("%s: it holds the sweep '%s', not '%s'; it is left as it is: " ..
      "choose another folder with --out"):format(self.path, last.name, name),
      0)
  end
end

-- The write-ahead log is the fastest that survives a power cut, and lets
-- others read meanwhile, but only on a disk of this machine.
local function set_journal(self)
  local mode = sqlite.local_disk(files.folder(self.path)) and "WAL" or "DELETE"
  self:sql("PRAGMA journal_mode = " .. mode)
end

-- Syncs cost more than all else in a short sweep. So a file that holds nothing
-- yet is made without any, and is synced as a whole at the first commit.
local function create(self)
  self:sql "PRAGMA synchronous = OFF"
  set_journal(self)
  self:transaction(function()
    for _, statement in ipairs(schema) do self:sql(statement) end
  end)
  self:sql "PRAGMA synchronous = FULL"
  self.unsynced = true
end

local function connect(path, mode)
  local db, message, word = sqlite.open(path, mode)
  if not db then complain(path, message, word) end
  return setmetatable({ db = db, path = path, waiting = {},
    lost = {} }, Store)
end

local function take_lock(path)
  local name = path .. ".lock"
  local lock, message, pid = sqlite.lock(name)
  if lock then return lock end
  if pid then
    error(("%s: another run is writing to it (process %d); wait for it, or " ..
      "choose another folder with --out"):format(path, pid), 0)
  end
  error(("%s: cannot lock it: %s"):format(name, message), 0)
end

-- --- what made a trial ------------------------------------------------------

-- Files of before say it of runs alone.
local maker_fields = { "blas", "kernel", "host", "machine" }

local function knows_makers(self)
  if self.makers_known == nil then
    self.makers_known = false
    for _, column in ipairs(self:sql "PRAGMA table_info(trials)") do
      if column.name == "kernel" then self.makers_known = true end
    end
  end
  return self.makers_known
end

-- The runs by number, where trials can be told by them: shards that were
-- merged have runs of the same number.
local function runs_by_id(self)
  local runs, first, by_id = self:runs(), nil, {}
  for _, run in ipairs(runs) do
    first = first or run.shard
    if run.shard ~= first then return {} end
    by_id[run.id] = run
  end
  return by_id
end

-- Rows of trials, with what made them also where their run knows it alone.
local function with_makers(self, rows)
  if knows_makers(self) then return rows end
  local runs = runs_by_id(self)
  for _, row in ipairs(rows) do
    for _, field in ipairs(maker_fields) do
      row[field] = (runs[row.run] or {})[field]
    end
  end
  return rows
end

-- Gives the trials of a file of before the columns that say it.
local function add_makers(self)
  if knows_makers(self) then return end
  local runs = runs_by_id(self)
  self:transaction(function()
    for _, field in ipairs(maker_fields) do
      self:sql(("ALTER TABLE trials ADD COLUMN %s TEXT"):format(field))
      for id, run in pairs(runs) do
        self:sql(("UPDATE trials SET %s = ? WHERE run = ?"):format(field),
          run[field], id)
      end
    end
  end)
  self.makers_known = true
end

-- ----------------------------------------------------------------------------

-- Makes an empty file ours, or finds it to be: raises what is wrong with it.
local function prepare(self, name)
  if is_empty(self) and pragma(self, "application_id") == 0 then
    return create(self)
  end
  check_format(self)
  check_health(self)
  check_name(self, name)
  self:sql "PRAGMA synchronous = OFF" -- two bytes of the header change
  set_journal(self)
  self:sql "PRAGMA synchronous = FULL"
  add_makers(self)
end

-- Opens the results file at `path` of the sweep `name` for writing, and makes
-- it where there is none. Raises where it is another program's, another
-- version's, another sweep's, damaged, or in use by another run; such a file
-- is left as it is.
function store.open(path, name)
  local lock = take_lock(path)
  local self = connect(path, "create")
  self.lock = lock
  local ok, message = pcall(prepare, self, name)
  self.ours = ok
  if not ok then
    self:close()
    error(message, 0)
  end
  return self
end

-- Opens a results file for reading; raises where it is none.
function store.read(path)
  local probe, message = io.open(path, "rb")
  local head = probe and probe:read(0)
  if probe then probe:close() end
  if not probe then error(message, 0) end
  if not head then
    error(path .. ": a folder or an empty file, not a results file", 0)
  end
  local self = connect(path, "read")
  local ok, wrong = pcall(check_format, self)
  if not ok then
    self:close()
    error(wrong, 0)
  end
  return self
end

-- Closes it, with what was waiting. At rest the file is a single one, without
-- a log beside it.
function Store:close()
  pcall(self.commit, self)
  if self.ours then
    self.db:run "PRAGMA busy_timeout = 0"
    self.db:run "PRAGMA wal_checkpoint(TRUNCATE)" -- synced; what follows
    self.db:run "PRAGMA synchronous = OFF" -- changes two bytes of the header
    self.db:run "PRAGMA journal_mode = DELETE"
  end
  self.db:close()
  if self.lock then self.lock:release() end
  self.lock = nil
end

Store.__close = Store.close

-- --- runs -------------------------------------------------------------------

local run_fields = { "name", "about", "script", "source", "arguments", "code",
  "version", "precision", "seed", "shard", "jobs", "trials", "started",
  "finished", "status", "host", "machine", "system", "lua", "blas", "kernel",
  "random123", "compiler", "sqlite" }

local insert_run = ("INSERT INTO runs (%s, layout) VALUES (%s?)"):format(
  table.concat(run_fields, ", "), ("?, "):rep(#run_fields))

-- Records a run (a table of run_fields; layout, packed bytes); its number.
function Store:add_run(run)
  local values = {}
  for i, field in ipairs(run_fields) do values[i] = run[field] end
  values[#run_fields + 1] = run.layout and { run.layout }
  put_in_group(self, insert_run, table.unpack(values, 1, #run_fields + 1))
  return self:sql("SELECT last_insert_rowid() AS id")[1].id
end

function Store:end_run(id, status, finished)
  put_in_group(self, "UPDATE runs SET status = ?, finished = ? WHERE id = ?",
    status, finished, id)
end

-- The runs, oldest first.
function Store:runs() return self:sql "SELECT * FROM runs ORDER BY id" end

-- --- trials -----------------------------------------------------------------

local trial_fields = { "key", "run", "parameters", "code", "version",
  "precision", "seed", "status", "reason", "traceback", "seconds", "finished",
  "blas", "kernel", "host", "machine" }

local put_trial = ("REPLACE INTO trials (%s, input, output) VALUES (%s?, ?)")
  :format(table.concat(trial_fields, ", "), ("?, "):rep(#trial_fields))

-- Records a trial (a table of trial_fields; input and output, packed bytes),
-- in place of an earlier one with its key.
function Store:put(trial)
  local values, n = {}, #trial_fields
  for i, field in ipairs(trial_fields) do values[i] = trial[field] end
  values[n + 1] = trial.input and { trial.input }
  values[n + 2] = trial.output and { trial.output }
  put_in_group(self, put_trial, table.unpack(values, 1, n + 2))
  self:tick()
end

-- How many of the trials that were put are not on the disk.
function Store:unsaved()
  local n = 0
  for _, list in ipairs { self.waiting, self.lost } do
    for _, statement in ipairs(list) do
      if statement[1] == put_trial then n = n + 1 end
    end
  end
  return n
end

-- The trial with this key, or nil.
function Store:get(key)
  return with_makers(self,
    self:sql("SELECT * FROM trials WHERE key = ?", key))[1]
end

-- The trials of one code, version and precision, in the order of their keys.
function Store:trials(code, version, precision)
  return with_makers(self, self:sql("SELECT * FROM trials WHERE code = ? AND " ..
    "version = ? AND precision = ? ORDER BY key", code, version, precision))
end

-- Forgets every trial and every run.
function Store:clear()
  self:transaction(function()
    self:sql "DELETE FROM trials"
    self:sql "DELETE FROM runs"
  end)
end

return store
