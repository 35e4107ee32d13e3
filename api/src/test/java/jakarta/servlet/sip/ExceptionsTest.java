// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExceptionsTest {
    private final Throwable cause = new IllegalStateException("why");

    @Test
    void rel100ExceptionTellsItsReasonInItsMessage() {
        List<String> messages = IntStream.rangeClosed(Rel100Exception.NOT_1XX, Rel100Exception.NOT_100rel)
                .mapToObj(reason -> new Rel100Exception(reason).getMessage())
                .toList();

        assertThat(messages).doesNotHaveDuplicates().noneMatch(String::isBlank);
        assertThat(new Rel100Exception(Rel100Exception.NO_REQ_SUPPORT).getReason())
                .isEqualTo(2);
        assertThat(new Rel100Exception(77)).hasMessageContaining("77");
    }

    @Test
    void parseExceptionIsAServletExceptionWithMessageAndCause() {
        assertThat(new ServletParseException())
                .isInstanceOf(ServletException.class)
                .hasMessage(null);
        assertThat(new ServletParseException("bad")).hasMessage("bad").hasNoCause();
        assertThat(new ServletParseException("bad", cause)).hasMessage("bad").hasCause(cause);
        assertThat(new ServletParseException(cause)).hasCause(cause).hasMessageContaining("why");
    }

    @Test
    void tooManyHopsExceptionIsAServletExceptionWithMessageAndCause() {
        assertThat(new TooManyHopsException())
                .isInstanceOf(ServletException.class)
                .hasMessage(null);
        assertThat(new TooManyHopsException("0")).hasMessage("0").hasNoCause();
        assertThat(new TooManyHopsException("0", cause)).hasMessage("0").hasCause(cause);
        assertThat(new TooManyHopsException(cause)).hasCause(cause).hasMessageContaining("why");
    }

    @Test
    void insufficientBreadthExceptionIsUnchecked() {
        assertThat(new InsufficientBreadthException())
                .isInstanceOf(RuntimeException.class)
                .hasMessage(null);
        assertThat(new InsufficientBreadthException("1")).hasMessage("1").hasNoCause();
        assertThat(new InsufficientBreadthException("1", cause)).hasMessage("1").hasCause(cause);
        assertThat(new InsufficientBreadthException(cause)).hasCause(cause).hasMessageContaining("why");
    }
}
