// The extension of VS Code over a stand-in for VS Code's own module: every provider is asked once, with the real server.
// node vscode.js FOLDER-OF-THE-EXTENSION
"use strict";
const assert = require("assert");
const Module = require("module");
const path = require("path");

class Range {
  constructor(a, b, c, d) {
    this.start = { line: a, character: b };
    this.end = { line: c, character: d };
  }
}
const record = (...names) =>
  class {
    constructor(...values) { names.forEach((name, place) => { this[name] = values[place]; }); }
  };
const listeners = {};
const on = (name) => (listener) => {
  listeners[name] = listener;
  return { dispose() {} };
};
const providers = {};
const register = (name) => (selector, provider, ...more) => {
  assert.ok(typeof provider === "object" && selector.length === 2);
  providers[name] = provider;
  providers[name].more = more;
  return { dispose() {} };
};
const told = [];
const errors = [];
const uri = (text) => ({ toString: () => text });
const document = (text, version = 1) => ({
  uri: uri("file:///tmp/a%20b.moco"), languageId: "moco", version, getText: () => text,
});
let open = document("let rate = 0.1\nprint(rat)\nfunc f(x, y = 2) { x }\nf(1, 2)\n");

const vscode = {
  Range, Location: record("uri", "range"), MarkdownString: record("value"), Hover: record("contents", "range"),
  Diagnostic: record("range", "message", "severity"), TextEdit: record("range", "newText"),
  DiagnosticRelatedInformation: record("location", "message"), CompletionItem: record("label", "kind"),
  CompletionList: record("items", "isIncomplete"), SignatureHelp: record(),
  SignatureInformation: record("label", "documentation"), ParameterInformation: record("label"),
  DocumentSymbol: record("name", "detail", "kind", "range", "selectionRange"), DocumentHighlight: record("range"),
  FoldingRange: record("start", "end", "kind"), FoldingRangeKind: { Region: 3, Comment: 1 },
  SemanticTokensLegend: record("types", "modifiers"), SemanticTokens: record("data"), Uri: { parse: uri },
  window: {
    createOutputChannel: () => ({ appendLine: (line) => told.push(line), dispose() {} }),
    showErrorMessage: (text) => errors.push(text),
  },
  workspace: {
    getConfiguration: () => ({ get: () => process.env.MOCO }), textDocuments: [open],
    onDidOpenTextDocument: on("open"), onDidChangeTextDocument: on("change"), onDidSaveTextDocument: on("save"),
    onDidCloseTextDocument: on("close"),
  },
  languages: {
    match: (selector, document) => (document.languageId === "moco" ? 10 : 0),
    createDiagnosticCollection: () => ({
      set: (uri, list) => told.push(list), clear() {}, dispose() {},
    }),
    registerCompletionItemProvider: register("completion"), registerHoverProvider: register("hover"),
    registerSignatureHelpProvider: register("signature"), registerDocumentSymbolProvider: register("symbols"),
    registerDocumentFormattingEditProvider: register("format"), registerDefinitionProvider: register("definition"),
    registerReferenceProvider: register("references"), registerDocumentHighlightProvider: register("highlights"),
    registerFoldingRangeProvider: register("folding"), registerDocumentSemanticTokensProvider: register("tokens"),
  },
};
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? vscode : load(name, ...rest));

async function diagnostics(count) {
  for (let round = 0; round < 600 && told.length < count; round++) {
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.ok(told.length >= count, "no diagnostics");
  return told[count - 1];
}

async function main() {
  const extension = require(path.resolve(process.argv[2], "extension.js"));
  const at = (line, character) => ({ line, character });
  const token = { onCancellationRequested() {} };
  await extension.activate({ subscriptions: [] });
  const found = await diagnostics(1);
  assert.strictEqual(found.length, 1);
  assert.match(found[0].message, /'rat'\nhelp: .*'rate'/);
  assert.strictEqual(found[0].severity, 0);
  assert.deepStrictEqual(found[0].range, new Range(1, 6, 1, 9));
  assert.ok(found[0].code.target.toString().endsWith("/errors/E0301.md"));

  const offered = await providers.completion.provideCompletionItems(open, at(1, 9), token);
  assert.ok(offered.items.some((item) => item.insertText === "rate" && item.kind === 20));
  assert.deepStrictEqual(providers.completion.more, [".", "\"", "/", "("]);
  const hover = await providers.hover.provideHover(open, at(0, 5), token);
  assert.ok(hover.contents.value.includes("rate: Float = 0.1"));
  assert.strictEqual(await providers.hover.provideHover(open, at(9, 0), token), null);
  const signature = await providers.signature.provideSignatureHelp(open, at(3, 5), token);
  assert.strictEqual(signature.signatures[0].label, "f(x, y = 2)");
  assert.strictEqual(signature.activeParameter, 1);
  const symbols = await providers.symbols.provideDocumentSymbols(open, token);
  assert.deepStrictEqual(symbols.map((one) => [one.name, one.kind]), [["rate", 13], ["f", 11]]);
  const definition = await providers.definition.provideDefinition(open, at(3, 0), token);
  assert.deepStrictEqual(definition.range, new Range(2, 5, 2, 6));
  const references = await providers.references.provideReferences(open, at(3, 0), { includeDeclaration: true }, token);
  assert.strictEqual(references.length, 2);
  assert.strictEqual((await providers.highlights.provideDocumentHighlights(open, at(2, 19), token)).length, 2);
  const tokens = await providers.tokens.provideDocumentSemanticTokens(open, token);
  assert.ok(tokens.data.length % 5 === 0 && tokens.data.length > 20);

  open = document("let rate=0.1\nprint(rate)\nif rate > 0 {\n  print(1)\n}\n", 2);
  listeners.change({
    document: open, contentChanges: [{ range: new Range(0, 0, 4, 0), text: open.getText() }],
  });
  assert.deepStrictEqual(await diagnostics(2), []);
  const edits = await providers.format.provideDocumentFormattingEdits(open, { tabSize: 2 }, token);
  assert.deepStrictEqual(edits.map((edit) => edit.newText), ["let rate = 0.1"]);
  assert.deepStrictEqual(
    (await providers.folding.provideFoldingRanges(open, {}, token)).map((one) => [one.start, one.end]), [[2, 3]]);
  listeners.save(open);
  listeners.close(open);
  await extension.deactivate();
  assert.deepStrictEqual(errors, []);
  console.log("the extension of VS Code: well");
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
