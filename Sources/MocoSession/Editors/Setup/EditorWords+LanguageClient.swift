extension EditorWords {
  /// The language client of VS Code: it needs no packages. VS Code's own objects count from 0 where the protocol counts
  /// from 1, and both count characters in UTF-16.
  static let languageClient = #"""
    // The language client of moco: starts `moco lsp`, and hands VS Code's questions on to it.
    "use strict";
    const vscode = require("vscode");
    const { spawn } = require("child_process");

    const selector = [{ language: "moco", scheme: "file" }, { language: "moco", scheme: "untitled" }];

    /** JSON-RPC over the two streams of a process. */
    class Connection {
      constructor(command, told, ended) {
        this.waiting = new Map();
        this.next = 1;
        this.bytes = Buffer.alloc(0);
        this.told = told;
        this.process = spawn(command, ["lsp", "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
        this.process.stdio[1].on("data", (more) => this.take(more));
        this.process.stdio[0].on("error", () => {});
        const end = (why) => {
          if (!this.process) return;
          this.process = undefined;
          for (const { reject } of this.waiting.values()) reject(new Error(why));
          this.waiting.clear();
          ended(why);
        };
        this.process.on("error", (error) => end(error.message));
        this.process.on("exit", (status, signal) => end("it has ended with " + (signal || status)));
      }

      take(more) {
        this.bytes = Buffer.concat([this.bytes, more]);
        for (;;) {
          const gap = this.bytes.indexOf("\r\n\r\n");
          if (gap < 0) return;
          const found = /content-length: *(\d+)/i.exec(this.bytes.toString("ascii", 0, gap));
          const end = gap + 4 + Number(found ? found[1] : 0);
          if (this.bytes.length < end) return;
          const message = JSON.parse(this.bytes.toString("utf8", gap + 4, end));
          this.bytes = this.bytes.subarray(end);
          if (message.method) {
            this.told(message.method, message.params);
            continue;
          }
          const asked = this.waiting.get(message.id);
          this.waiting.delete(message.id);
          if (!asked) continue;
          if (message.error) asked.reject(new Error(message.error.message));
          else asked.resolve(message.result);
        }
      }

      send(message) {
        if (!this.process) return;
        const content = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }), "utf8");
        this.process.stdio[0].write("Content-Length: " + content.length + "\r\n\r\n");
        this.process.stdio[0].write(content);
      }

      notify(method, params) { this.send({ method, params }); }

      request(method, params, token) {
        if (!this.process) return Promise.resolve(null);
        const id = this.next++;
        return new Promise((resolve, reject) => {
          this.waiting.set(id, { resolve, reject });
          if (token) token.onCancellationRequested(() => this.notify("$/cancelRequest", { id }));
          this.send({ id, method, params });
        });
      }
    }

    // What the protocol says, as VS Code's objects.
    const range = (r) => new vscode.Range(r.start.line, r.start.character, r.end.line, r.end.character);
    const location = (l) => new vscode.Location(vscode.Uri.parse(l.uri, true), range(l.range));
    const markdown = (m) => m && new vscode.MarkdownString(m.value);
    const plain = (p) => ({ line: p.line, character: p.character });
    const plainRange = (r) => ({ start: plain(r.start), end: plain(r.end) });

    function diagnostic(found) {
      const made = new vscode.Diagnostic(range(found.range), found.message, found.severity - 1);
      made.source = found.source;
      made.code = found.codeDescription
        ? { value: found.code, target: vscode.Uri.parse(found.codeDescription.href, true) }
        : found.code;
      made.tags = found.tags;
      made.relatedInformation = (found.relatedInformation || []).map(
        (other) => new vscode.DiagnosticRelatedInformation(location(other.location), other.message));
      return made;
    }

    function completion(item) {
      const made = new vscode.CompletionItem(item.label, item.kind - 1);
      made.detail = item.detail;
      made.documentation = markdown(item.documentation);
      made.filterText = item.filterText;
      made.insertText = item.textEdit.newText;
      made.range = range(item.textEdit.range);
      return made;
    }

    function symbol(found) {
      const made = new vscode.DocumentSymbol(
        found.name, found.detail || "", found.kind - 1, range(found.range), range(found.selectionRange));
      made.children = (found.children || []).map(symbol);
      return made;
    }

    const capabilities = {
      general: { positionEncodings: ["utf-16"] },
      textDocument: {
        publishDiagnostics: {
          relatedInformation: true, codeDescriptionSupport: true, tagSupport: { valueSet: [1, 2] },
        },
        hover: { contentFormat: ["markdown"] },
        completion: { completionItem: { documentationFormat: ["markdown"] } },
        documentSymbol: { hierarchicalDocumentSymbolSupport: true },
        signatureHelp: {
          signatureInformation: {
            documentationFormat: ["markdown"], parameterInformation: { labelOffsetSupport: true },
          },
        },
      },
    };

    let connection;
    let stopping = false;

    async function activate(context) {
      const log = vscode.window.createOutputChannel("moco");
      const diagnostics = vscode.languages.createDiagnosticCollection("moco");
      context.subscriptions.push(log, diagnostics);
      const command = vscode.workspace.getConfiguration("moco").get("path") || "moco";
      connection = new Connection(
        command,
        (method, params) => {
          if (method === "textDocument/publishDiagnostics") {
            diagnostics.set(vscode.Uri.parse(params.uri, true), params.diagnostics.map(diagnostic));
          } else if (method === "window/logMessage") {
            log.appendLine(params.message);
          }
        },
        (why) => {
          diagnostics.clear();
          if (stopping) return;
          vscode.window.showErrorMessage(
            "The language server " + command + " does not run: " + why
              + ". Set moco.path to the program moco, and reload the window.");
        });
      let made;
      try {
        made = await connection.request("initialize", { processId: process.pid, rootUri: null, capabilities });
      } catch (error) {
        return;
      }
      connection.notify("initialized", {});

      const isOurs = (document) => vscode.languages.match(selector, document) > 0;
      const id = (document) => ({ uri: document.uri.toString() });
      const open = (document) => {
        if (!isOurs(document)) return;
        connection.notify("textDocument/didOpen", {
          textDocument: { ...id(document), languageId: "moco", version: document.version, text: document.getText() },
        });
      };
      const events = vscode.workspace;
      context.subscriptions.push(
        events.onDidOpenTextDocument(open),
        events.onDidChangeTextDocument((event) => {
          if (!isOurs(event.document) || event.contentChanges.length === 0) return;
          connection.notify("textDocument/didChange", {
            textDocument: { ...id(event.document), version: event.document.version },
            contentChanges: event.contentChanges.map((c) => ({ range: plainRange(c.range), text: c.text })),
          });
        }),
        events.onDidSaveTextDocument((document) => {
          if (isOurs(document)) connection.notify("textDocument/didSave", { textDocument: id(document) });
        }),
        events.onDidCloseTextDocument((document) => {
          if (isOurs(document)) connection.notify("textDocument/didClose", { textDocument: id(document) });
        }));
      events.textDocuments.forEach(open);

      // A question about a place, or about a file.
      const ask = (method, token, document, position, more) =>
        connection.request(
          "textDocument/" + method,
          { textDocument: id(document), ...(position && { position: plain(position) }), ...more }, token);
      const can = made.capabilities;
      const languages = vscode.languages;
      const legend = new vscode.SemanticTokensLegend(can.semanticTokensProvider.legend.tokenTypes, []);
      context.subscriptions.push(
        languages.registerCompletionItemProvider(selector, {
          async provideCompletionItems(document, position, token) {
            const found = await ask("completion", token, document, position);
            return found && new vscode.CompletionList(found.items.map(completion), found.isIncomplete);
          },
        }, ...can.completionProvider.triggerCharacters),
        languages.registerHoverProvider(selector, {
          async provideHover(document, position, token) {
            const found = await ask("hover", token, document, position);
            return found && new vscode.Hover(markdown(found.contents), range(found.range));
          },
        }),
        languages.registerSignatureHelpProvider(selector, {
          async provideSignatureHelp(document, position, token) {
            const found = await ask("signatureHelp", token, document, position);
            if (!found) return null;
            const made = new vscode.SignatureHelp();
            made.signatures = found.signatures.map((one) => {
              const signature = new vscode.SignatureInformation(one.label, markdown(one.documentation));
              signature.parameters = one.parameters.map((p) => new vscode.ParameterInformation(p.label));
              return signature;
            });
            made.activeSignature = found.activeSignature;
            made.activeParameter = found.activeParameter;
            return made;
          },
        }, ...can.signatureHelpProvider.triggerCharacters),
        languages.registerDocumentSymbolProvider(selector, {
          provideDocumentSymbols: async (document, token) =>
            (await ask("documentSymbol", token, document) || []).map(symbol),
        }),
        languages.registerDocumentFormattingEditProvider(selector, {
          provideDocumentFormattingEdits: async (document, options, token) =>
            (await ask("formatting", token, document, undefined, { options }) || []).map(
              (edit) => new vscode.TextEdit(range(edit.range), edit.newText)),
        }),
        languages.registerDefinitionProvider(selector, {
          async provideDefinition(document, position, token) {
            const found = await ask("definition", token, document, position);
            return found && location(found);
          },
        }),
        languages.registerReferenceProvider(selector, {
          provideReferences: async (document, position, context, token) =>
            (await ask("references", token, document, position, {
              context: { includeDeclaration: context.includeDeclaration },
            }) || []).map(location),
        }),
        languages.registerDocumentHighlightProvider(selector, {
          provideDocumentHighlights: async (document, position, token) =>
            (await ask("documentHighlight", token, document, position) || []).map(
              (found) => new vscode.DocumentHighlight(range(found.range))),
        }),
        languages.registerFoldingRangeProvider(selector, {
          provideFoldingRanges: async (document, context, token) => {
            const kinds = { region: vscode.FoldingRangeKind.Region, comment: vscode.FoldingRangeKind.Comment };
            return (await ask("foldingRange", token, document) || []).map(
              (found) => new vscode.FoldingRange(found.startLine, found.endLine, kinds[found.kind]));
          },
        }),
        languages.registerDocumentSemanticTokensProvider(selector, {
          async provideDocumentSemanticTokens(document, token) {
            const found = await ask("semanticTokens/full", token, document);
            return found && new vscode.SemanticTokens(new Uint32Array(found.data));
          },
        }, legend));
    }

    async function deactivate() {
      stopping = true;
      if (!connection) return;
      try {
        await connection.request("shutdown", null);
      } catch (error) {
        return;
      }
      connection.notify("exit", null);
    }

    module.exports = { activate, deactivate };

    """#
}
