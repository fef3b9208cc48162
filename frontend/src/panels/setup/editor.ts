// CodeMirror, fetched lazily.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Place } from "../../store/types";

export interface Editor {
  setText(text: string): void;
  setError(error: { place: Place; message: string } | null): void;
  destroy(): void;
}

const theme = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { caretColor: "var(--text)", fontFamily: "var(--mono)", padding: "10px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "transparent", border: "0", color: "var(--text-3)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 12px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.65" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "var(--hover)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": {
    backgroundColor: "var(--backward-soft) !important",
  },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad)",
    textDecorationSkipInk: "none",
    textUnderlineOffset: "3px",
  },
});

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--text-3)" },
  { tag: [tags.number, tags.bool], color: "var(--positive-text)" },
  { tag: tags.function(tags.variableName), color: "var(--backward)" },
]);

export function createEditor(
  parent: HTMLElement,
  options: {
    text: string;
    /** Where the text was being typed before; null where it was not. */
    selection: { from: number; to: number } | null;
    label: string;
    onChange: (text: string) => void;
    onRun: () => void;
  },
): Editor {
  const run = () => {
    options.onRun();
    return true;
  };
  // In a shadow root CodeMirror constructs its style sheets; in the document it would write style elements.
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: "open" });
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: options.text,
      ...(options.selection && { selection: { anchor: options.selection.from, head: options.selection.to } }),
      extensions: [
        lineNumbers(),
        history(),
        bracketMatching(),
        highlightActiveLine(),
        python(),
        syntaxHighlighting(colours),
        theme,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": options.label,
          autocapitalize: "off",
          spellcheck: "false",
        }),
        keymap.of([
          { key: "Mod-Enter", run },
          { key: "Shift-Enter", run },
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  if (options.selection) view.focus();
  return {
    setText(text) {
      if (text !== view.state.doc.toString())
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setError(error) {
      view.dispatch(setDiagnostics(view.state, error ? [diagnostic(view.state, error)] : []));
    },
    destroy() {
      view.destroy();
    },
  };
}

/** Lines and columns count from 1; a place outside of the text is drawn at its end. */
function diagnostic(state: EditorState, { place, message }: { place: Place; message: string }): Diagnostic {
  const { doc } = state;
  const offset = (line: number, column: number) => {
    const at = doc.line(Math.max(1, Math.min(line, doc.lines)));
    return Math.min(at.from + Math.max(0, column - 1), at.to);
  };
  let from = offset(place.line, place.column);
  let to = offset(place.end_line, place.end_column);
  // Something must be underlined.
  if (to <= from) {
    if (from < doc.lineAt(from).to) to = from + 1;
    else from = Math.max(doc.lineAt(from).from, from - 1);
    to = Math.max(to, from);
  }
  return { from, to, severity: "error", message };
}
