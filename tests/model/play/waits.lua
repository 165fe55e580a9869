-- Ctrl-C comes while a command runs.
deploy("charms/note")
settle()
exec("note/0", "kill -INT $PPID; echo ended")
settle()
expect(false, "it is stopped before")
