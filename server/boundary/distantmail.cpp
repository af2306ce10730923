// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/distantmail.h"

#include "boundary/crossing.h"

#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto timeToTakeMail = 5s;

/// Calls \a done in another loop; once it was called, or with an error where nobody did.
class Answering
{
public:
    Answering(Crossing &crossing, ProcessMail::Done done)
        : m_crossing(crossing)
        , m_done(std::move(done))
    { }
    ~Answering()
    {
        if (m_done)
            answer(RequestError(RequestError::Reason::Down, u"the server ends"_s));
    }
    Q_DISABLE_COPY_MOVE(Answering)

    void answer(const ProcessMail::Answer &answer)
    {
        m_crossing.post([done = std::exchange(m_done, {}), answer] { done(answer); });
    }

private:
    Crossing &m_crossing;
    ProcessMail::Done m_done;
};

} // namespace

SendResult DistantMail::send(const MailAddress &to, const QJsonObject &payload)
{
    const auto result = m_there.ask(
        [&mail = m_mail, to, payload] { return mail.send(to, payload); }, timeToTakeMail);
    return result.value_or(SendResult{.refused = 1, .reason = RequestError::Reason::Down});
}

void DistantMail::ask(
    const MailAddress &to, const QJsonObject &payload, std::chrono::milliseconds timeout, Done done)
{
    const auto answering = std::make_shared<Answering>(m_here, std::move(done));
    m_there.post([&mail = m_mail, to, payload, timeout, answering] {
        mail.ask(
            to, payload, timeout, [answering](const Answer &answer) { answering->answer(answer); });
    });
}

} // namespace semper
