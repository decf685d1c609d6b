<?php
// The names of environments, of a small shop.

// Comparisons
if (getenv('APP_ENV') === 'production') {
    ini_set('display_errors', '0');
}
if ($_ENV['SHOP_STAGE'] != 'staging') {
    ini_set('log_errors', '1');
}

// not: a comparison with a number
if ($count === 3) {
    ini_set('precision', '3');
}

// Only in development
if (getenv('APP_ENV') === 'development') {
    // not: what only development needs
    $debugKey = getenv('DEBUG_KEY');
}
