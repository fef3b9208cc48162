// Of Temml's functions those that formulas here are made of: all of them are a third of the library. Takes the place of
// temml/src/functions (vite.config.ts); tests/panels/tex.test.ts says which commands there are.
import { _functions } from "temml/src/defineFunction.js";
import "temml/src/functions/accent.js";
import "temml/src/functions/delimiter.js";
import "temml/src/functions/font.js";
import "temml/src/functions/genfrac.js";
import "temml/src/functions/kern.js";
import "temml/src/functions/mclass.js";
import "temml/src/functions/op.js";
import "temml/src/functions/operatorname.js";
import "temml/src/functions/ordgroup.js";
import "temml/src/functions/relax.js";
import "temml/src/functions/sizing.js";
import "temml/src/functions/sqrt.js";
import "temml/src/functions/styling.js";
import "temml/src/functions/supsub.js";
import "temml/src/functions/symbolsOp.js";
import "temml/src/functions/symbolsOrd.js";
import "temml/src/functions/symbolsSpacing.js";
import "temml/src/functions/text.js";

export default _functions;
