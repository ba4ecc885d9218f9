import MocoBase
import MocoNotebook
import MocoRuntime

/// The kernel's information about itself.
package enum KernelInfo {
  /// Of Jupyter's messages: jupyter-client.readthedocs.io, "Messaging in Jupyter".
  package static let protocolVersion = "5.5"

  /// `kernel_info_reply`. Clients have no mode for moco; Swift's colors most of it correctly. The
  /// lexer was installed with the kernel.
  package static var reply: Json {
    [
      "status": "ok", "protocol_version": .string(protocolVersion), "implementation": "moco",
      "implementation_version": .string(Moco.version),
      "language_info": [
        "name": "moco", "version": .string(Moco.version), "mimetype": "text/x-moco",
        "file_extension": ".moco",
        "codemirror_mode": "swift", "pygments_lexer": .string(JupyterLexer.name),
      ],
      "banner": .string("moco \(Moco.version): a notebook-style language for prompt learning with CLIP"),
      "debugger": false, "help_links": [], "supported_features": [],
    ]
  }
}
