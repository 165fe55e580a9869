-- A hook that takes its time, to be stopped in.
deploy("charms/note")
settle()
print "begun"
exec("note/0", "sleep 1; echo slept >>slept")
settle()
expect(false, "it is stopped before")
