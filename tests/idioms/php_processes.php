<?php
// Laravel's and Symfony's processes
Process::run('ffmpeg -i in.mp4 out.mp4');
\Symfony\Component\Process\Process::fromShellCommandline('convert a b')->run();
// not: another process
Process::fake();
