package dev.callwatch.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever an upstream answers: the labels of metrics come from a closed set. */
class UpstreamFailureFuzzTest {

    private static final String CLOSED_SET = "[1-5]xx|50[0234]|other";

    @Property
    void an_invented_status_is_no_new_label(@ForAll int status) {
        assertThat(new UpstreamFailure.UnexpectedStatus(status).label()).matches(CLOSED_SET);
        assertThat(new UpstreamFailure.ServerError(status, Optional.empty()).label())
                .matches(CLOSED_SET);
    }
}
