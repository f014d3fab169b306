/**
 * What the library says, in German: sentences of `lab/explain`, of the doctor, of tables and of refusals.
 *
 * A field in braces stands for what changes, and is named as in the library; `{+field}` in the German means that what
 * stands there is said in German, too: it has a line of its own. What has no line stays English.
 */

const EXPLAIN = {
  // Titles
  "{title} · chainrule": "{+title} · chainrule",
  "Layer {number}: {what}": "Schicht {number}: {+what}",
  "the weight to {kind} {to} from {source} {from}": "Gewicht zu {+kind} {to} von {+source} {from}",
  "the weight to {kind} {to} from {at} of its kernel": "Gewicht zu {+kind} {to} von Stelle {at} seines Kerns",
  "the weight to {kind} {to} from {source} {from}, which is {at} of its maps": "Gewicht zu {+kind} {to} von {+source} {from}, das ist {at} ihrer Karten",
  "the bias of {kind} {to}": "Bias von {+kind} {to}",
  "the scale of {kind} {to}": "Skalierung von {+kind} {to}",
  "the shift of {kind} {to}": "Verschiebung von {+kind} {to}",
  "the {name} of {kind} {to}": "{name} von {+kind} {to}",
  "unit {at}": "Einheit {at}",
  unit: "Einheit",
  channel: "Kanal",
  input: "Eingabe",
  "Step {step} of {optimizer}": "Schritt {step} von {optimizer}",
  "One more step of {optimizer}": "Noch ein Schritt von {optimizer}",

  // Which step it is
  "{start}, on sample {row}.": "{+start}, mit Beispiel {row}.",
  "{start}, on {n} samples; sample {row} is followed, {why}.": "{+start}, mit {n} Beispielen; verfolgt wird Beispiel {row}, {+why}.",
  "Step 1 from these parameters": "Schritt 1 von diesen Parametern aus",
  "Step {step}, after {done} other": "Schritt {step}, nach {done} anderen",
  "Step {step}, after {done} others": "Schritt {step}, nach {done} anderen",
  "A step of the trained model {model}": "Ein Schritt des trainierten Modells {model}",
  "A step of the trained model {model}, after {done} others": "Ein Schritt des trainierten Modells {model}, nach {done} anderen",
  "as asked": "wie gewünscht",
  "the first": "das erste",
  "the one with the largest share of this gradient": "das mit dem größten Anteil an diesem Gradienten",
  "Layer {names}.": "Schicht {names}.",
  "Numbers without an equation here, such as other samples’ and other units’, are given: follow those to derive them.":
    "Zahlen ohne Gleichung, etwa die anderer Beispiele und anderer Einheiten, sind hier gegeben: Wer ihnen folgt, kann sie herleiten.",
  "Results are rounded to {digits} digits.": "Ergebnisse sind auf {digits} Stellen gerundet.",
  "A line that needs more digits of its numbers shows them: from these a calculator comes to its result, or to 1 more or less in the last digit.":
    "Braucht eine Zeile mehr Stellen ihrer Zahlen, so zeigt sie diese: Mit ihnen kommt ein Taschenrechner zum selben Ergebnis, bis auf 1 in der letzten Stelle.",

  // Sections
  Inputs: "Eingaben",
  Target: "Ziel",
  Forward: "Vorwärts",
  Loss: "Verlust",
  Backward: "Rückwärts",
  Gradient: "Gradient",
  Update: "Aktualisierung",
  "Numeric check": "Numerische Probe",
  "Gradient of layer {number}": "Gradient von Schicht {number}",
  "Update of layer {number}": "Aktualisierung von Schicht {number}",

  // Notes
  "Standardised: (x - mean) / standard deviation, both of the samples learnt.": "Standardisiert: (x - Mittelwert) / Standardabweichung, beide von den gelernten Beispielen.",
  "The largest {shown} of {n}.": "Die größten {shown} von {n}.",
  "A sum of more than {most} terms shows its {shown} largest.": "Von einer Summe mit mehr als {most} Gliedern stehen die {shown} größten da.",
  "A sum of more than {most} terms shows its {shown} largest and its last one.": "Von einer Summe mit mehr als {most} Gliedern stehen die {shown} größten und das letzte da.",
  "log is the natural logarithm: ln on a calculator.": "log ist der natürliche Logarithmus: ln auf dem Taschenrechner.",
  "Only the units with the largest δ are shown: {cut}.": "Gezeigt sind nur die Einheiten mit dem größten δ: {+cut}.",
  "Only the units with the largest δ in the first step that was shown are shown: {cut}.": "Gezeigt sind nur die Einheiten, deren δ im ersten gezeigten Schritt am größten war: {+cut}.",
  "{n} of layer {number}’s {all}": "{n} der {all} von Schicht {number}",
  "The other {n} terms are all 0.": "Die übrigen {n} Glieder sind alle 0.",
  "Its computed value is slightly above 0.": "Der berechnete Wert liegt knapp über 0.",
  "Its computed value is slightly below 0.": "Der berechnete Wert liegt knapp unter 0.",
  "The digits shown come to {left}; with all digits it is 0 but for rounding.": "Die gezeigten Stellen ergeben {left}; mit allen Stellen ist es 0, bis auf Rundung.",
  "The digits shown come to {left}; with all digits it is this.": "Die gezeigten Stellen ergeben {left}; mit allen Stellen kommt dies heraus.",
  "{loss}: each sample adds its share of the mean.": "{loss}: Jedes Beispiel trägt seinen Anteil am Mittelwert bei.",
  "{loss}: each sample adds its share of the mean, its weight over the sum of weights.": "{loss}: Jedes Beispiel trägt seinen Anteil am Mittelwert bei, sein Gewicht geteilt durch die Summe der Gewichte.",
  "{squares} is over all weights, not over biases; the gradients are those of {whole}.": "{squares} läuft über alle Gewichte, nicht über die Bias; die Gradienten sind die von {whole}.",
  "{delta}; an activation’s slope is {slope}.": "{delta}; die Steigung einer Aktivierung ist {slope}.",
  "{n} terms: one for each sample and each place where the number is used.": "{n} Glieder: eines für jedes Beispiel und jede Stelle, an der die Zahl gebraucht wird.",
  "{optimizer}, step {step}.": "{optimizer}, Schritt {step}.",
  "{beta1} and {beta2} are the optimizer’s beta1 and beta2; a β with a layer’s number is a batch normalisation’s shift.":
    "{beta1} und {beta2} sind beta1 und beta2 des Optimierers; ein β mit der Nummer einer Schicht ist die Verschiebung einer Batch-Normalisierung.",
  "{norm} is the length of the gradient with respect to all parameters; it is above the limit, {limit}, so the gradient is scaled down.":
    "{norm} ist die Länge des Gradienten nach allen Parametern; sie liegt über der Grenze, {limit}, also wird der Gradient verkleinert.",
  "{norm} is the length of the gradient with respect to all parameters; it isn’t above the limit of the clip, {limit}: nothing is clipped.":
    "{norm} ist die Länge des Gradienten nach allen Parametern; sie liegt nicht über der Grenze des Clippings, {limit}: Nichts wird gekürzt.",
  "Sorted by size within each kind.": "Innerhalb jeder Art nach Größe sortiert.",
  "The largest {shown} of {n}. Sorted by size within each kind.": "Die größten {shown} von {n}. Innerhalb jeder Art nach Größe sortiert.",
  "The number with the largest gradient.": "Die Zahl mit dem größten Gradienten.",
  "Outputs are counted from 1, classes from 0: output 1 is class 0.": "Ausgaben sind von 1 an gezählt, Klassen von 0: Ausgabe 1 ist Klasse 0.",
  "The sample is of class {k}, so {target}, and each other y is 0.": "Das Beispiel gehört zu Klasse {k}, also ist {target} und jedes andere y 0.",
  "{top}, the largest output, is subtracted from each output: this changes no quotient, and no power overflows.":
    "{top}, die größte Ausgabe, wird von jeder Ausgabe abgezogen: Das ändert keinen Quotienten, und keine Potenz läuft über.",
  "p is the computed probability that y is 1.": "p ist die berechnete Wahrscheinlichkeit, dass y gleich 1 ist.",
  "Since {z}.": "Denn {z}.",
  "{z} is 0, a kink: the slope taken there is that of {side}.": "{z} ist 0, ein Knick: Als Steigung gilt dort die von {side}.",
  "Kept, and scaled up to make up for those dropped.": "Behalten, und vergrößert zum Ausgleich für die ausgelassenen.",
  "Dropped at random, with its gradient.": "Zufällig ausgelassen, samt Gradient.",
  "{a} is the largest of the window: all of the gradient goes to it.": "{a} ist das größte im Fenster: Der ganze Gradient geht dorthin.",
  "{a} is no window’s maximum; its gradient is 0.": "{a} ist in keinem Fenster das größte; der Gradient ist 0.",
  "{a} is the largest of the window of {names}.": "{a} ist das größte im Fenster von {names}.",
  "Layer {number} reads maps as Flatten counts them: its input number is {counted}.": "Schicht {number} liest Karten so, wie Flatten sie zählt: Die Nummer ihrer Eingabe ist {counted}.",
  "{mean} and {var} are those of a {kind}’s {size} numbers, of {what}: each input affects all of them.":
    "{mean} und {var} gehören zu den {size} Zahlen je {+kind}, aus {+what}: Jede Eingabe wirkt auf alle.",
  "{n} samples": "{n} Beispielen",
  "{n} samples and their places": "{n} Beispielen und ihren Stellen",
  "done is the number of steps before this one.": "erledigt ist die Zahl der Schritte vor diesem.",
  "The angle is in radians.": "Der Winkel steht im Bogenmaß.",
  "The rate of {schedule} after {n} steps.": "Die Rate von {schedule} nach {n} Schritten.",

  // The numeric check
  "{above} and {below} are the loss where {what} is larger and smaller by h = {h}: forward runs twice, and no derivative is used.":
    "{above} und {below} sind der Verlust, wenn {+what} um h = {h} größer und kleiner ist: Dazu wird zweimal vorwärts gerechnet, ohne eine Ableitung.",
  "the weight": "das Gewicht",
  "the bias": "der Bias",
  "the scale": "die Skalierung",
  "the shift": "die Verschiebung",
  "this {letter}": "dieses {letter}",
  "The error is how far their difference is from the value above.": "Die Abweichung ist der Abstand ihrer Differenz vom Wert oben.",
  "The losses are rounded, which may leave up to {rest}.": "Die Verluste sind gerundet, das kann bis zu {rest} ausmachen.",
  "The losses are rounded, which may leave up to {rest}: difference and gradient are 0 as far as they can tell.":
    "Die Verluste sind gerundet, das kann bis zu {rest} ausmachen: So weit sich das sagen lässt, sind Differenz und Gradient 0.",
  "Both start with {digits}, which can be left out of both: then 8 digits suffice.": "Beide beginnen mit {digits}, was man bei beiden weglassen kann: Dann reichen 8 Stellen.",
  "Kink: the slopes ahead and behind differ.": "Knick: Die Steigungen davor und dahinter sind verschieden.",
  "Kink: {where}.": "Knick: {+where}.",
  "layer {layer}, unit {unit}, sample {sample}": "Schicht {layer}, Einheit {unit}, Beispiel {sample}",
  "and {n} other kinks": "und {n} weitere Knicke",
  "There the loss has no single slope, so the difference needn’t be the gradient.": "Dort hat der Verlust keine eindeutige Steigung, also muss die Differenz nicht der Gradient sein.",
  "Beside it, with each parameter moved up to {by} to either side, the error is at most {error}.": "Daneben, wenn jeder Parameter um bis zu {by} nach beiden Seiten verschoben ist, beträgt die Abweichung höchstens {error}.",

  // Drawings
  "Solid blue: positive; dashed orange: negative; the wider a line and the fuller a unit, the larger within its layer.":
    "Durchgezogen und blau: positiv; gestrichelt und orange: negativ; je breiter eine Linie und je voller eine Einheit, desto größer innerhalb ihrer Schicht.",
  "The number in a unit is its output; biases aren’t drawn.": "Die Zahl in einer Einheit ist ihre Ausgabe; Bias sind nicht gezeichnet.",
  "A square is a channel of feature maps, and its number the mean of its map.": "Ein Quadrat ist ein Kanal von Merkmalskarten, und seine Zahl das Mittel seiner Karte.",
  "A grey line stands for all weights between its ends, which are too many to draw: the wider, the larger the root of their mean square.":
    "Eine graue Linie steht für alle Gewichte zwischen ihren Enden, die zu viele zum Zeichnen sind: je breiter, desto größer die Wurzel ihres mittleren Quadrats.",

  // Words in formulas
  new: "neu",
  old: "alt",
  whole: "gesamt",
  clipped: "gekürzt",
  penalty: "Strafe",
  limit: "Grenze",
  difference: "Differenz",
  error: "Abweichung",
  rate: "Rate",
  mask: "Maske",
  mean: "Mittel",
  var: "Varianz",
  done: "erledigt",
  then: "dann",
  start: "Start",
  factor: "Faktor",
  every: "alle",
  steps: "Schritte",
  end: "Ende",
  rise: "Anstieg",
  top: "Spitze",
  step: "Schritt",
  decay: "Zerfall",
  "(the sum of {n} others)": "(Summe der übrigen {n})",
  "({name}, missing: the median)": "({name}, fehlt: der Median)",
  "(missing: the median)": "(fehlt: der Median)",
};

export default {
  "{first}; {rest}": "{+first}; {+rest}",
  ...EXPLAIN,
  "{first}, {rest}": "{+first}, {+rest}",
};
