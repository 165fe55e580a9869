-- What the model refuses ends the scenario, with its place.
deploy("charms/note")
integrate("note:ask",
  "nobody:give")
