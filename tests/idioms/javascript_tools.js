const ffmpeg = require('fluent-ffmpeg');

// A shell in a tagged template
await $`convert a.png b.png`;

// A client of a program of the machine
ffmpeg('a.mp4').save('b.webm');
