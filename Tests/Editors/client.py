"""A client of another project, pygls, asks the server: its types check every answer."""
import asyncio
import os
import unittest

from lsprotocol import types
from pygls.lsp.client import BaseLanguageClient

ADDRESS = "file:///tmp/a%20b/program.moco"
TEXT = """// %% Data 😀
let rate = 0.1
func twice(x, by = 2) { x * by }
// %% Result
print(twice(rate, by: 3), rat)
"""


class Client(BaseLanguageClient):
    def __init__(self):
        super().__init__("moco-tests", "1")
        self.told = asyncio.Queue()

        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(params):
            self.told.put_nowait(params)


class ServerTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.client = Client()
        await self.client.start_io(os.environ["MOCO"], "lsp")
        self.made = await self.client.initialize_async(types.InitializeParams(
            capabilities=types.ClientCapabilities(
                general=types.GeneralClientCapabilities(position_encodings=["utf-16"]),
                text_document=types.TextDocumentClientCapabilities(
                    document_symbol=types.DocumentSymbolClientCapabilities(hierarchical_document_symbol_support=True),
                    publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
                        version_support=True, code_description_support=True))),
            process_id=os.getpid()))
        self.client.initialized(types.InitializedParams())
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(
            text_document=types.TextDocumentItem(uri=ADDRESS, language_id="moco", version=1, text=TEXT)))
        self.file = types.TextDocumentIdentifier(uri=ADDRESS)

    async def asyncTearDown(self):
        await asyncio.wait_for(self.client.shutdown_async(None), 20)
        self.client.exit(None)
        await asyncio.wait_for(self.client._server.wait(), 20)
        self.assertEqual(self.client._server.returncode, 0)

    async def told(self):
        return await asyncio.wait_for(self.client.told.get(), 20)

    def at(self, kind, line, character, **more):
        return kind(text_document=self.file, position=types.Position(line=line, character=character), **more)

    async def test_diagnostics(self):
        told = await self.told()
        self.assertEqual((told.uri, told.version), (ADDRESS, 1))
        self.assertEqual([found.code for found in told.diagnostics], ["E0301"])
        found = told.diagnostics[0]
        self.assertEqual((found.range.start.line, found.range.start.character), (4, 26))
        self.assertRegex(found.message, r"'rat'\nhelp: .*'rate'")
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(uri=ADDRESS, version=2),
            content_changes=[types.TextDocumentContentChangeEvent_Type1(
                range=types.Range(start=types.Position(4, 26), end=types.Position(4, 29)), text="1")]))
        told = await self.told()
        self.assertEqual((told.version, told.diagnostics), (2, []))

    async def test_answers(self):
        client = self.client
        offered = await client.text_document_completion_async(self.at(types.CompletionParams, 4, 29))
        self.assertIn("rate", [item.label for item in offered.items])
        hover = await client.text_document_hover_async(self.at(types.HoverParams, 4, 8))
        self.assertIn("twice(x, by = 2)", hover.contents.value)
        help = await client.text_document_signature_help_async(self.at(types.SignatureHelpParams, 4, 18))
        self.assertEqual((help.signatures[0].label, help.active_parameter), ("twice(x, by = 2)", 1))
        symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=self.file))
        self.assertEqual([one.name for one in symbols], ["Data 😀", "Result"])
        self.assertEqual([one.name for one in symbols[0].children], ["rate", "twice"])
        definition = await client.text_document_definition_async(self.at(types.DefinitionParams, 4, 8))
        self.assertEqual(definition.range.start, types.Position(2, 5))
        references = await client.text_document_references_async(
            self.at(types.ReferenceParams, 4, 8, context=types.ReferenceContext(include_declaration=True)))
        self.assertEqual(len(references), 2)
        highlights = await client.text_document_document_highlight_async(self.at(types.DocumentHighlightParams, 1, 5))
        self.assertEqual(len(highlights), 2)
        folds = await client.text_document_folding_range_async(types.FoldingRangeParams(text_document=self.file))
        self.assertEqual([(one.start_line, one.end_line) for one in folds], [(0, 2), (3, 4)])
        tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(text_document=self.file))
        self.assertEqual(len(tokens.data) % 5, 0)
        edits = await client.text_document_formatting_async(types.DocumentFormattingParams(
            text_document=self.file, options=types.FormattingOptions(tab_size=2, insert_spaces=True)))
        self.assertEqual(edits, [])


if __name__ == "__main__":
    unittest.main()
