package protocol

// Reason is what a person sees when something is in the way: what it is, what
// it means, and the one thing to do about it. It is a value, made where the
// cause is known and shown in one place.
type Reason struct {
	// Code is stable and for programs: lower case words joined by underscores.
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	// Facts are what Detail says of this one occurrence, for a page in another
	// language; empty where the code says it all.
	Facts Phrases `json:"facts,omitempty"`
	// Action names what a person can do; empty when waiting is all there is.
	Action string `json:"action,omitempty"`
}

// ErrorData implements rpc.DataError.
func (r Reason) ErrorData() any { return map[string]any{"reason": r} }

func (r Reason) Error() string {
	if r.Detail == "" {
		return r.Title
	}
	return r.Title + ": " + r.Detail
}
