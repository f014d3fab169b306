/** The page's words in English. Another language is another file with these keys. */

export default {
  title: "chainrule playground",
  play: "Play",
  pause: "Pause",
  step: "Step",
  epoch: "Epoch",
  reset: "Reset",
  nextStart: "Next start",
  undo: "Undo",
  redo: "Redo",
  steps: "Steps",
  lost: "The connection is lost; trying again.",
  refused: "This address is of another server; open the one that chainrule play printed.",
  data: "Data",
  network: "Network",
  answer: "Answer",
  loss: "Loss",
};
