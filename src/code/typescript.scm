; `process.env.X!`: without it the value is undefined where nobody expects it.
((non_null_expression (member_expression object: (member_expression object: (identifier) @_process property: (property_identifier) @_env) property: (property_identifier) @reads-env.name) @reads-env)
  (#eq? @_process "process") (#eq? @_env "env") (#set! required) (#set! asserted) (#gate! "\\benv\\b"))

; @nestjs/schedule
((decorator (call_expression function: (identifier) @_cron)) @schedules
  (#any-of? @_cron "Cron" "Interval") (#set! by "@nestjs/schedule") (#file-has? "@nestjs/schedule"))

; @nestjs/websockets
((decorator (call_expression function: (identifier) @_gateway)) @realtime
  (#eq? @_gateway "WebSocketGateway") (#set! by "socket.io") (#gate! "WebSocketGateway"))
((class_declaration (class_heritage (extends_clause value: (identifier) @adapts.name))) @adapts
  (#eq? @adapts.name "IoAdapter") (#file-has? "createAdapter"))
