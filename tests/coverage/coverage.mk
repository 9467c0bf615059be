# make coverage: the tests again, in a build that counts lines: C by gcov and
# gcovr, Lua by lines.c. Debian has no luacov; and one hook in C costs less, and
# sees what workers do that are killed. Included by the Makefile.

COVERED = build/coverage
LINES   = $(abspath $(COVERED))/lines

coverage: deps ## share of core, bind and library that tests run: 90 % at least
	@tools/deps run coverage
	@rm -rf $(LINES) && mkdir -p $(LINES)
	@find $(COVERED) -name '*.gcda' -delete
	@$(MAKE) --no-print-directory COVERAGE=1 covered
	@$(MAKE) --no-print-directory $(BIN) coverage-report

# Slower and watched, tests with a limit in time may fail here: make test judges.
covered: $(BIN) $(CTEST)
	-@BIN=$(BIN) BUSTED='$(BUSTED)' tests/run $(CTEST)

coverage-report:
	@gcovr --root . --filter src/ --csv=$(COVERED)/c.csv $(COVERED)
	@./$(BIN) tests/coverage/report.lua $(LINES) $(COVERED)/c.csv $(FILE)

.PHONY: coverage covered coverage-report
