import buildMathML from "temml/src/buildMathML.js";
import { StyleLevel } from "temml/src/constants.js";
import parseTree from "temml/src/parseTree.js";
import Settings from "temml/src/Settings.js";
import Style from "temml/src/Style.js";
export function f(tex,display){const s=new Settings({displayMode:display});return buildMathML(parseTree(tex,s),tex,new Style({level:display?StyleLevel.DISPLAY:StyleLevel.TEXT,maxSize:s.maxSize}),s).toNode();}