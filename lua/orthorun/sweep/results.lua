-- results: opens a results file: ortho.results "runs/demo/demo.db".

--- A table of named columns: what `s:run` returns. `#t` is its number of rows.
-- @module results
-- @pragma nostrip

--- The finished trials of a results file: those of its newest run's code, version
-- and precision.
-- @function results
-- @tparam string file
-- @treturn results with the fields of a sweep's: `failures`, those that failed;
--   `run`, a record of what made the newest run; `made_by`, what made how many of
--   the trials, an array of {trials=, version=, blas=, kernel=, host=, machine=},
--   which `s:run` has, too

return require("orthorun.sweep.records").open
