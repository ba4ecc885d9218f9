import MocoBase
import MocoRuntime

/// What the kernel says of itself.
package enum KernelInfo {
  /// Of Jupyter's messages: jupyter-client.readthedocs.io, "Messaging in Jupyter".
  package static let protocolVersion = "5.5"

  /// `kernel_info_reply`. Clients know neither a mode nor a lexer for moco; Swift's color most of it rightly.
  package static var reply: Json {
    [
      "status": "ok", "protocol_version": .string(protocolVersion), "implementation": "moco",
      "implementation_version": .string(Moco.version),
      "language_info": [
        "name": "moco", "version": .string(Moco.version), "mimetype": "text/x-moco",
        "file_extension": ".moco",
        "codemirror_mode": "swift", "pygments_lexer": "swift",
      ],
      "banner": .string("moco \(Moco.version): a notebook-style language for prompt learning with CLIP"),
      "debugger": false, "help_links": [], "supported_features": [],
    ]
  }
}
