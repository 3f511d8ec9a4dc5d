// Package login starts a program with a person's desktop session.
//
// An entry is one program with its arguments under one name, in the place where
// this system looks for such: a desktop file on Linux, the Run key of the
// registry on Windows, a launch agent on macOS. It is this user's alone and takes
// no rights that the user lacks. What the system holds is the truth: whoever
// takes the entry away with another tool has turned it off.
package login

import "errors"

// ErrNowhere says that this system has no place for such entries.
var ErrNowhere = errors.New("this system has no place for programs that start at login")

// Entry is what to start at login.
type Entry struct {
	// ID tells this entry from others: a word of letters and dots.
	ID string
	// Name as the person knows it.
	Name string
	// Command is the program, as an absolute path, and its arguments.
	Command []string
}
