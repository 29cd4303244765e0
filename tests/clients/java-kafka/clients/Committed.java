package clients;

/** Prints what is committed of a topic, which is the argument. */
public final class Committed {
    private Committed() {}

    /** Prints it, a value a line. */
    public static void main(String[] arguments) {
        Steps.values(arguments[0], "read_committed").forEach(System.out::println);
    }
}
