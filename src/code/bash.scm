; `${X:?}` stops where the variable is unset; `${X:-default}` does not.
((expansion (variable_name) @reads-env.name [":?" "?"]) @reads-env (#match? @reads-env.name "^[A-Z]") (#set! required) (#gate! "\\?"))
((expansion (variable_name) @reads-env.name [":-" "-" ":=" "="] (_) @reads-env.default) @reads-env (#match? @reads-env.name "^[A-Z]") (#gate! "[-=]"))
((simple_expansion (variable_name) @reads-env.name) @reads-env (#match? @reads-env.name "^[A-Z]") (#gate! "\\$"))
((expansion "${" . (variable_name) @reads-env.name . "}") @reads-env (#match? @reads-env.name "^[A-Z]") (#gate! "\\$"))
((word) @reads-file (#match? @reads-file "^/run/secrets") (#gate! "/run/secrets"))
((string) @reads-file (#match? @reads-file "^.?/run/secrets") (#gate! "/run/secrets"))
