// A compiled function: what the machine runs (`CodeBlock`, plain memory), and what messages need.

/// The part of a prototype that the machine's loop touches.
package struct CodeBlock {
  /// `instructionCount` instructions, second words among them; owned by the prototype.
  package var instructions: UnsafeMutablePointer<Instruction>
  /// The constants K that instructions name by index; the prototype holds a reference to each.
  package var constants: UnsafeMutablePointer<Word>
  /// The name constants N: interned strings, which live as long as the heap.
  package var names: UnsafeMutablePointer<ObjectPointer>
  /// Registers of a frame; the parameters are the first of them.
  package var registerCount: Int
  /// The first so many of them are looked through for objects when the function returns.
  package var heldCount: Int
  /// Parameters, given or not: the first so many registers of a frame.
  package var parameterCount: Int
  /// As many arguments by position serve every parameter that has no default.
  package var requiredCount: Int
  /// By cell of the closure, where it is taken from when the closure is made; owned by the prototype.
  package var captured: UnsafeMutablePointer<CapturedCell>
  /// Number of captured cells, which is that of every closure of the function.
  package var capturedCount: Int
}

/// A `try` and its `catch`. The ranges of inner ones come first in a prototype's list.
package struct HandlerRange {
  /// Instructions that the `try` covers, as offsets.
  package var start: Int
  /// The first instruction behind those that the `try` covers.
  package var end: Int
  /// Where the `catch` begins, and the register of its error.
  package var target: Int
  /// The register that receives the error record; it and those above are emptied first.
  package var register: Int
}

/// A local variable: its register, and the instructions, as offsets, during which it is there.
package struct LocalName {
  /// As the program has it.
  package var name: String
  /// Place in the frame; several variables may have the same one after another.
  package var register: Int
  /// The first instruction during which it is there.
  package var start: Int
  /// The first instruction during which it is there no longer.
  package var end: Int
}

/// The places in the source that an instruction can blame.
package struct InstructionSpans {
  /// The whole expression, as UTF-8 offsets from ..< to in the prototype's file.
  package var whole: (Int32, Int32)
  /// The operator, the bracket, or the member's name.
  package var mark: (Int32, Int32)
  /// The left operand; the whole expression where there is none.
  package var left: (Int32, Int32)
  /// The right operand; the whole expression where there is none.
  package var right: (Int32, Int32)
}

/// The places of a call's arguments.
package struct CallSite {
  /// What is called.
  package var callee: Span
  /// The values in the order of the text, a receiver before a dot first; `name` is nil for those by position.
  package var arguments: [(name: String?, span: Span)]
}

/// Where a closure finds a variable of the function around it, when the closure is made.
package struct CapturedCell {
  /// From a register of the enclosing function, else from one of its own cells.
  package var isLocal: Bool
  /// The register, or the cell, of the enclosing function.
  package var index: Int
}

/// A compiled function of a program, or a top level: code that never changes, shared by all its closures.
///
/// It owns the memory of `code` and references to the constants.
package final class Prototype {
  /// A parameter, as callers see it.
  package struct Parameter {
    /// The name in the source.
    package var name: String
    /// The name as an interned string, by which named arguments are found.
    package var key: ObjectPointer
    /// Whether a call must give it: it has no default.
    package var isRequired: Bool
    /// The default as written.
    package var defaultText: String?
  }

  /// - Safety: outlives its prototypes: they go with the closures that the heap owns.
  package unowned(unsafe) let heap: Heap
  /// Nil for a program's top level and functions without a name.
  package let name: String?
  /// The text that the function was read from; all offsets count in it.
  package let file: SourceFile
  /// What the machine's loop needs, in plain memory; freed with the prototype.
  package let code: UnsafeMutablePointer<CodeBlock>
  /// Number of instructions, second words among them.
  package let instructionCount: Int
  /// Number of constants in `code`.
  package let constantCount: Int
  /// The places in the source, one for each instruction.
  package let spans: [InstructionSpans]
  /// The places of calls, by the offset of their instruction.
  package let callSites: [Int32: CallSite]
  /// The name constants N as interned strings, in the order of `nameTexts`.
  package let names: [ObjectPointer]
  /// The same names as text, for messages.
  package let nameTexts: [String]
  /// The lists of names that `callNamed` and `newRecord` refer to by index.
  package let nameLists: [[ObjectPointer]]
  /// The functions that are declared inside, which `closure` refers to by index.
  package let functions: [Prototype]
  /// What the captured cells are called in the source, for messages.
  package let capturedTexts: [String]
  /// The `try` blocks, inner ones before those around them.
  package let handlers: [HandlerRange]
  /// The local variables with the time that they are there, for what a failed call's variables were.
  package let localNames: [LocalName]
  /// The parameters in their order; parameter i is register i.
  package let parameters: [Parameter]
  /// The `use` statements, which `useModule` refers to by index.
  package let uses: [Use]
  /// The Markdown of the `///` lines above the declaration; nil without them.
  package let doc: String?
  /// The module whose globals the function sees.
  package let module: Module
  /// Whether it is the top level of a program or module, whose names are globals.
  package let isTopLevel: Bool
  /// The text between the parentheses of the declaration.
  package let signatureText: String

  init(_ builder: FunctionBuilder, module: Module) {
    heap = builder.heap
    name = builder.name
    file = builder.file
    instructionCount = builder.instructions.count
    constantCount = builder.constants.count
    Fusion.fuse(&builder.instructions)
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
        heldCount: builder.parent == nil ? builder.registerCount : builder.heldCount,
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
