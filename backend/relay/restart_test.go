package relay

func runChild() {}
