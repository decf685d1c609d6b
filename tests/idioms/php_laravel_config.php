<?php
// Settings of Laravel, all in one place.

return [
    // Logs
    'logging' => ['default' => env('LOG_CHANNEL', 'single')],

    // Uploads
    'filesystems' => ['default' => env('FILESYSTEM_DISK', 'local')],

    // Databases
    'database' => [
        'default' => env('DB_CONNECTION', 'sqlite'),
        'connections' => [
            'mysql' => ['driver' => 'mysql', 'host' => env('DB_HOST', 'localhost')],
            'pgsql' => ['driver' => 'pgsql', 'host' => 'laravel-db'],
        ],
    ],

    // Sessions
    'session' => ['driver' => env('SESSION_DRIVER', 'file'), 'lifetime' => 120],
    'sessions' => ['driver' => 'file', 'lifetime' => 60],

    // not: drivers of other things, a name of a channel
    'hashing' => ['driver' => 'bcrypt'],
    'broadcasting' => ['channel' => 'single'],
    'title' => 'The local disk of public files',
];
