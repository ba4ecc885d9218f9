" Vim syntax file of the moco language. The words come from the language's own tables: change them there.
if exists("b:current_syntax")
  finish
endif
syntax case match

syntax match mocoNumber /\v<0x[0-9A-Fa-f_]+>|<\d[0-9_]*(\.\d[0-9_]*)?([eE][+-]?\d+)?>/ nextgroup=mocoUnit skipwhite
syntax match mocoUnit /\v<(epochs|epoch|steps|step)>/ contained
syntax match mocoLabel /\v<\h\w*\ze\s*::@!/
syntax match mocoCall /\v<\h\w*\ze\s*\(/
syntax match mocoControl /\v\.@<!<(return|if|else|for|in|while|break|continue|use|as|from|try|catch)>:@!/
syntax match mocoDeclaration /\v\.@<!<(let|var|func)>:@!/
syntax match mocoWordOperator /\v\.@<!<(and|or|not)>:@!/
syntax match mocoConstant /\v\.@<!<(true|false|nil)>:@!/
syntax match mocoForm /\v(^|[=;{])\s*\zs<(train|evaluate|show)>\ze[ \t]+[[:alnum:]_"]/
syntax match mocoPart /\v\s@<=<(on)>\ze\s+\h/
syntax match mocoDeclaring /\v^\s*\zs<(templates)>\ze\s+\h\w*\s*\{/
syntax match mocoDeclaring /\v<(group)>\ze\s*"/
syntax match mocoDeclaring /\v(\.|<(if|in|while)\s+)@<!<(model)>\ze\s*\{/

syntax match mocoEscape /\v\\([ntr0"\\]|u\{[0-9A-Fa-f]+\})/ contained
syntax match mocoPlaceholder /{}/ contained
syntax region mocoParentheses start=/(/ end=/)/ transparent contains=TOP
syntax region mocoInterpolation matchgroup=mocoEscape start=/\\(/ end=/)/ contained contains=TOP
syntax region mocoString start=/"/ skip=/\\[^(]/ end=/"/ end=/$/ contains=mocoEscape,mocoInterpolation,mocoPlaceholder
syntax region mocoString start=/"""/ end=/"""/ contains=mocoEscape,mocoInterpolation,mocoPlaceholder

syntax match mocoComment "//.*$"
syntax match mocoDocComment "///.*$"
syntax match mocoCell "^\s*// %%.*$"

highlight default link mocoNumber Number
highlight default link mocoUnit Type
highlight default link mocoLabel Identifier
highlight default link mocoCall Function
highlight default link mocoControl Statement
highlight default link mocoDeclaration Keyword
highlight default link mocoWordOperator Operator
highlight default link mocoConstant Constant
highlight default link mocoForm Statement
highlight default link mocoPart Statement
highlight default link mocoDeclaring Keyword
highlight default link mocoEscape SpecialChar
highlight default link mocoPlaceholder SpecialChar
highlight default link mocoString String
highlight default link mocoComment Comment
highlight default link mocoDocComment SpecialComment
highlight default link mocoCell Title

let b:current_syntax = "moco"
