-- macOS hands a link to an application as an event, not as an argument. The
-- window's toolkit takes files that way, but no links (FLTK 1.4: its delegate has
-- openFile and no openURLs). This applet takes the event, and starts the program
-- beside it with the link as one argument. No shell sees the link.

use framework "Foundation"

on open location link
	start({"open", "--", link})
end open location

on run
	start({})
end run

on start(words)
	set bundle to current application's NSBundle's mainBundle()
	set program to (bundle's bundlePath() as text) & "/Contents/MacOS/securesign"
	current application's NSTask's launchedTaskWithLaunchPath:program arguments:words
end start
