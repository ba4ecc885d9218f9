// A compiled function: what the machine runs (`CodeBlock`, plain memory), and what messages need.

/// The part of a prototype that the machine's loop touches.
package struct CodeBlock {
  package var instructions: UnsafeMutablePointer<Instruction>
  package var constants: UnsafeMutablePointer<Word>
  package var names: UnsafeMutablePointer<ObjectPointer>
  package var registerCount: Int
  package var parameterCount: Int
  /// As many arguments by position serve every parameter that has no default.
  package var requiredCount: Int
  package var captured: UnsafeMutablePointer<CapturedCell>
  package var capturedCount: Int
}

package struct HandlerRange {
  /// Instructions that the `try` covers, as offsets.
  package var start: Int
  package var end: Int
  /// Where the `catch` begins, and the register of its error.
  package var target: Int
  package var register: Int
}

/// A local variable: its register, and the instructions, as offsets, during which it is there.
package struct LocalName {
  package var name: String
  package var register: Int
  package var start: Int
  package var end: Int
}

/// The places in the source that an instruction can blame.
package struct InstructionSpans {
  package var whole: (Int32, Int32)
  /// The operator, the bracket, or the member's name.
  package var mark: (Int32, Int32)
  package var left: (Int32, Int32)
  package var right: (Int32, Int32)
}

/// The places of a call's arguments.
package struct CallSite {
  package var callee: Span
  package var arguments: [(name: String?, span: Span)]
}

package struct CapturedCell {
  /// From a register of the enclosing function, else from one of its own cells.
  package var isLocal: Bool
  package var index: Int
}

package final class Prototype {
  package struct Parameter {
    package var name: String
    package var key: ObjectPointer
    package var isRequired: Bool
    /// The default as written.
    package var defaultText: String?
  }

  /// - Safety: outlives its prototypes: they go with the closures that the heap owns.
  package unowned(unsafe) let heap: Heap
  /// Nil for a program's top level and functions without a name.
  package let name: String?
  package let file: SourceFile
  package let code: UnsafeMutablePointer<CodeBlock>
  package let instructionCount: Int
  package let constantCount: Int
  package let spans: [InstructionSpans]
  package let callSites: [Int32: CallSite]
  package let names: [ObjectPointer]
  package let nameTexts: [String]
  package let nameLists: [[ObjectPointer]]
  package let functions: [Prototype]
  package let capturedTexts: [String]
  package let handlers: [HandlerRange]
  package let localNames: [LocalName]
  package let parameters: [Parameter]
  package let uses: [Use]
  package let doc: String?
  package let module: Module
  package let isTopLevel: Bool
  /// The text between the parentheses of the declaration.
  package let signatureText: String

  init(_ builder: FunctionBuilder, module: Module) {
    heap = builder.heap
    name = builder.name
    file = builder.file
    instructionCount = builder.instructions.count
    constantCount = builder.constants.count
    let instructions = UnsafeMutablePointer<Instruction>.allocate(
      capacity: max(1, builder.instructions.count))
    for (index, instruction) in builder.instructions.enumerated() { instructions[index] = instruction }
    let constants = UnsafeMutablePointer<Word>.allocate(capacity: max(1, builder.constants.count))
    for (index, constant) in builder.constants.enumerated() {
      constants[index] = constant
      heap.retain(constant)
    }
    let keys = UnsafeMutablePointer<ObjectPointer>.allocate(capacity: max(1, builder.names.count))
    for (index, key) in builder.names.enumerated() { keys[index] = key }
    let cells = UnsafeMutablePointer<CapturedCell>.allocate(capacity: max(1, builder.captured.count))
    for (index, cell) in builder.captured.enumerated() { cells[index] = cell }
    code = .allocate(capacity: 1)
    code.initialize(
      to: CodeBlock(
        instructions: instructions, constants: constants, names: keys, registerCount: builder.registerCount,
        parameterCount: builder.parameters.count,
        requiredCount: (builder.parameters.lastIndex { $0.isRequired } ?? -1) + 1, captured: cells,
        capturedCount: builder.captured.count))
    spans = builder.spans
    callSites = builder.callSites
    names = builder.names
    nameTexts = builder.names.map { StringObject.text($0) }
    nameLists = builder.nameLists
    functions = builder.functions
    capturedTexts = builder.capturedNames.map(\.name)
    handlers = builder.handlers
    builder.endLocals(from: 0)
    localNames = builder.localNames
    parameters = builder.parameters
    uses = builder.uses
    doc = builder.doc
    self.module = module
    isTopLevel = builder.parent == nil
    signatureText = builder.signatureText
  }

  deinit {
    for index in 0..<constantCount { heap.release(code.pointee.constants[index]) }
    code.pointee.instructions.deallocate()
    code.pointee.constants.deallocate()
    code.pointee.names.deallocate()
    code.pointee.captured.deallocate()
    code.deallocate()
  }
}
