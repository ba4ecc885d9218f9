// A compiled function: what the machine runs (`CodeBlock`, plain memory), and what messages need.

/// The part of a prototype that the machine's loop uses.
package struct CodeBlock {
  /// `instructionCount` instructions, second words among them; owned by the prototype.
  package var instructions: UnsafeMutablePointer<Instruction>
  /// The constants K that instructions name by index; the prototype holds a reference to each.
  package var constants: UnsafeMutablePointer<Word>
  /// The name constants N: interned strings, which live as long as the heap.
  package var names: UnsafeMutablePointer<ObjectPointer>
  /// Registers of a frame; the parameters are the first of them.
  package var registerCount: Int
  /// When the function returns, this many of the first registers are checked for objects.
  package var heldCount: Int
  /// The number of parameters, passed or not: they are the first registers of a frame.
  package var parameterCount: Int
  /// The number of positional arguments that satisfies every parameter without a default.
  package var requiredCount: Int
  /// For each cell of the closure, the source it is taken from when the closure is created; owned by the
  /// prototype.
  package var captured: UnsafeMutablePointer<CapturedCell>
  /// The number of captured cells, the same for every closure of the function.
  package var capturedCount: Int
}

/// A `try` and its `catch`. The ranges of inner ones come first in a prototype's list.
package struct HandlerRange {
  /// The instructions that the `try` covers, as offsets.
  package var start: Int
  /// The first instruction after those that the `try` covers.
  package var end: Int
  /// Where the `catch` begins, and the register of its error.
  package var target: Int
  /// The register that receives the error record; it and those above are cleared first.
  package var register: Int
}

/// A local variable: its register, and the instructions, as offsets, during which it exists.
package struct LocalName {
  /// The name in the program.
  package var name: String
  /// The register in the frame. Several variables may use the same one, one after another.
  package var register: Int
  /// The first instruction during which it exists.
  package var start: Int
  /// The first instruction at which it no longer exists.
  package var end: Int
}

/// The source positions that an error of an instruction can mark.
package struct InstructionSpans {
  /// The entire expression, as UTF-8 offsets from ..< to in the prototype's file.
  package var whole: (Int32, Int32)
  /// The operator, the bracket, or the member's name.
  package var mark: (Int32, Int32)
  /// The left operand; the entire expression if there is none.
  package var left: (Int32, Int32)
  /// The right operand; the entire expression if there is none.
  package var right: (Int32, Int32)
}

/// The source positions of a call's arguments.
package struct CallSite {
  /// The callee.
  package var callee: Span
  /// The values in source order, a receiver before a dot first; `name` is nil for positional arguments.
  package var arguments: [(name: String?, span: Span)]
}

/// Where a closure finds a variable of the enclosing function when the closure is created.
package struct CapturedCell {
  /// True for a register of the enclosing function, false for one of its cells.
  package var isLocal: Bool
  /// The register, or the cell, of the enclosing function.
  package var index: Int
}

/// A compiled function of a program, or a top level: immutable code, shared by all its closures.
///
/// It owns the memory of `code` and references to the constants.
package final class Prototype {
  /// A parameter, as callers see it.
  package struct Parameter {
    /// The name in the source.
    package var name: String
    /// The name as an interned string, by which named arguments are found.
    package var key: ObjectPointer
    /// Whether a call must pass it: it has no default.
    package var isRequired: Bool
    /// The default as written.
    package var defaultText: String?
  }

  /// - Safety: outlives its prototypes, which are released with the closures that the heap owns.
  package unowned(unsafe) let heap: Heap
  /// Nil for a program's top level and functions without a name.
  package let name: String?
  /// The source file of the function; all offsets refer to it.
  package let file: SourceFile
  /// What the machine's loop needs, in plain memory; freed with the prototype.
  package let code: UnsafeMutablePointer<CodeBlock>
  /// Number of instructions, second words among them.
  package let instructionCount: Int
  /// Number of constants in `code`.
  package let constantCount: Int
  /// The source positions, one for each instruction.
  package let spans: [InstructionSpans]
  /// The source positions of calls, by the offset of their instruction.
  package let callSites: [Int32: CallSite]
  /// The name constants N as interned strings, in the order of `nameTexts`.
  package let names: [ObjectPointer]
  /// The same names as text, for messages.
  package let nameTexts: [String]
  /// The lists of names that `callNamed` and `newRecord` refer to by index.
  package let nameLists: [[ObjectPointer]]
  /// The functions declared inside, which `closure` refers to by index.
  package let functions: [Prototype]
  /// The names of the captured cells in the source, for messages.
  package let capturedTexts: [String]
  /// The `try` blocks, inner ones before those around them.
  package let handlers: [HandlerRange]
  /// The local variables with their lifetimes, to show the variables of a failed call.
  package let localNames: [LocalName]
  /// The parameters in their order; parameter i is register i.
  package let parameters: [Parameter]
  /// The `use` statements, which `useModule` refers to by index.
  package let uses: [Use]
  /// The Markdown of the `///` lines above the declaration; nil without them.
  package let doc: String?
  /// The module whose globals the function uses.
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
