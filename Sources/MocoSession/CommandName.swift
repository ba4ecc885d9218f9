/// Commands of the prompt: `%name`.
package enum CommandName: String, CaseIterable {
  case cd, config, edit, explain, export, help, history, load, pwd, quit, reload, reset, run, save, time,
    timeit
  case vars, `where`, who

  package var usage: String {
    switch self {
    case .cd: "cd FOLDER"
    case .config: "config [NAME [VALUE]]"
    case .edit: "edit [FILE]"
    case .explain: "explain CODE"
    case .export: "export [-f] FILE.md"
    case .help: "help"
    case .history: "history [-n COUNT|FIRST-LAST|TEXT]"
    case .load: "load FILE"
    case .pwd: "pwd"
    case .quit: "quit"
    case .reload: "reload [NAME]"
    case .reset: "reset [NAME …]"
    case .run: "run FILE [--set name=value] [-- args …]"
    case .save: "save [-f] FILE.moco"
    case .time: "time CODE"
    case .timeit: "timeit [-n TURNS] [-r RUNS] CODE"
    case .vars: "vars"
    case .where: "where"
    case .who: "who [TYPE]"
    }
  }

  package var explanation: String {
    switch self {
    case .cd: "changes the folder that paths are relative to"
    case .config: "shows and changes settings: digits, rows, images, suggest"
    case .edit: "opens the last block, or a file, in $EDITOR and runs what comes back"
    case .explain: "says what an error code means"
    case .export:
      "writes this session as Markdown: blocks and what they showed; -f over a file that is there"
    case .help: "lists the commands"
    case .history:
      "shows what was entered last, inputs of this session by number, or entries that hold a text"
    case .load: "puts the text of a file at the prompt, to be edited and run"
    case .pwd: "shows the folder that paths are relative to"
    case .quit: "leaves, as ^D does"
    case .reload: "runs the modules in use again, or one of them, changed or not"
    case .reset: "forgets all names, or those given; %save and %export still know the blocks"
    case .run: "runs a file; its names stay; args holds what stands behind --"
    case .save: "writes the blocks of this session that ran to a file; -f over one that is there"
    case .time: "runs code once and says how long it took; { … } goes on over several lines"
    case .timeit: "runs code many times: mean and deviation of one run; { … } goes on over several lines"
    case .vars: "lists names with their type and value"
    case .where: "shows the variables of the functions that the last error has ended"
    case .who: "lists names, all or of one type"
    }
  }
}
