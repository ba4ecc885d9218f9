// Prefixes that training programs add to CLIP's names, and tensors that they keep next to the parameters.

extension WeightNames {
  /// The name without the parts that torch's wrappers add, at any position: data parallel, compiled,
  /// sharded and checkpointed modules keep the wrapped one under its own name.
  static func withoutWrappers(_ raw: String) -> String {
    guard wrappers.contains(where: { raw.contains($0) }) else { return raw }
    return raw.split(separator: ".", omittingEmptySubsequences: false)
      .filter { !wrappers.contains(String($0)) }.joined(separator: ".")
  }

  private static let wrappers = [
    "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
  ]

  /// The shortest prefix after which a name is a parameter of CLIP, and that parameter.
  static func located(_ name: String) -> (prefix: String, meaning: Meaning)? {
    var start = name.startIndex
    while true {
      let meaning = meaning(String(name[start...]))
      if case .parameter = meaning { return (String(name[..<start]), meaning) }
      guard let dot = name[start...].firstIndex(of: ".") else { return nil }
      start = name.index(after: dot)
    }
  }

  /// Why a tensor that is not a parameter of CLIP does not affect results; nil if that is unknown.
  static func harmless(_ name: String, count: Int) -> String? {
    let parts = name.split(separator: ".").map(String.init)
    if parts.contains(where: ofTraining.contains) { return "training state" }
    return parts.last == "logit_bias" && count == 1 ? "a bias shifts all logits equally" : nil
  }

  private static let ofTraining: Set<String> = [
    "optimizer", "optimizers", "optimizer_state", "optimizer_states", "optimizer_state_dict", "optim",
    "exp_avg",
    "exp_avg_sq", "max_exp_avg_sq", "exp_avg_sq_row", "exp_avg_sq_col", "exp_avg_res", "momentum_buffer",
    "scheduler", "lr_scheduler", "lr_schedulers", "scaler", "grad_scaler",
  ]

  /// Whether a name belongs to an adapter that is trained next to a layer.
  static func isAdapter(_ name: String) -> Bool {
    isMergeable(name) || name.split(separator: ".").contains { $0.hasPrefix("adapter") }
  }

  /// Whether a name is used by peft for changes of a layer's weights (LoRA and similar), which can be merged
  /// into them.
  static func isMergeable(_ name: String) -> Bool {
    name.split(separator: ".").contains { part in
      part.hasPrefix("lora_") || part == "base_layer" || part.hasPrefix("hada_") || part.hasPrefix("ia3_l")
    }
  }
}
