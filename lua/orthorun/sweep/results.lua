-- results: opens a results file: ortho.results "runs/demo/demo.db".
return require("orthorun.sweep.records").open
