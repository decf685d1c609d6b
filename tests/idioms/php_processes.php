<?php
// Laravel's and Symfony's processes
Process::run('ffmpeg -i in.mp4 out.mp4');
\Symfony\Component\Process\Process::fromShellCommandline('convert a b')->run();
// not: another process
Process::fake();
// A log by hand
file_put_contents('/var/www/import.log', $line, FILE_APPEND);
// Files of a request
$request->file('photo')->move(public_path('uploads'), 'x.png');
copy($_FILES['f']['tmp_name'], 'uploads/y');
