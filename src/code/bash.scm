; `${X:?}` stops where the variable is unset; `${X:-default}` does not.
((expansion (variable_name) @reads-env.name [":?" "?"]) @reads-env (#match? @reads-env.name "^[A-Z]") (#set! required) (#gate! "\\?"))
((expansion (variable_name) @reads-env.name [":-" "-" ":=" "="] (_) @reads-env.default) @reads-env (#match? @reads-env.name "^[A-Z]") (#gate! "[-=]"))
((simple_expansion (variable_name) @reads-env.name) @reads-env (#match? @reads-env.name "^[A-Z]") (#gate! "\\$"))
((expansion "${" . (variable_name) @reads-env.name . "}") @reads-env (#match? @reads-env.name "^[A-Z]") (#gate! "\\$"))
((word) @reads-file (#match? @reads-file "^/run/secrets") (#gate! "/run/secrets"))
((string) @reads-file (#match? @reads-file "^.?/run/secrets") (#gate! "/run/secrets"))
; `set -a; . .env`: the file wins over what the stack gives.
((command name: (command_name (word) @_source) argument: (word) @_file) @loads-dotenv
  (#any-of? @_source "." "source") (#match? @_file "(^|/)\\.env$") (#set! override) (#set! by "source") (#file-has? "set -a|set -o allexport"))
((declaration_command (command_substitution) @_text) @loads-dotenv
  (#match? @_text "\\.env\\b") (#not-match? @_text "\\.env\\.(example|dist|sample)") (#set! override) (#set! by "export") (#gate! "export[^\n]*\\.env"))
((variable_assignment name: (variable_name) value: [(word) (string)] @connects.locator) @connects
  (#match? @connects.locator "^.?(postgres(ql)?|mysql|mongodb|rediss?|amqps?)://[^ $]+$") (#gate! "://"))
((command name: (command_name (word) @runs-command.name)) @runs-command
  (#not-match? @runs-command.name "^(echo|exec|set|cd|export|exit|test|true|false|:|\\[|[.]|source|command|hash|type|which|return|local|read|shift|trap|eval|printf)$") (#gate! "."))
((command name: (command_name (word) @_command) argument: (word) @_v . argument: (word) @looks-for-command.name) @looks-for-command
  (#any-of? @_command "command" "hash" "type" "which") (#gate! "command|hash|type|which"))
((command name: (command_name (word) @_which) . argument: (word) @looks-for-command.name) @looks-for-command
  (#any-of? @_which "which" "hash" "type") (#gate! "hash|type|which"))
