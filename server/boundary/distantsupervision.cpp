// SPDX-License-Identifier: GPL-3.0-or-later
#include "boundary/distantsupervision.h"

#include "boundary/crossing.h"

using namespace std::chrono_literals;

namespace semper {

namespace {

constexpr auto timeToAnswer = 5s;

} // namespace

SupervisionSilent::SupervisionSilent()
    : std::runtime_error("supervision does not answer")
{ }

template <typename Question>
auto DistantSupervision::ask(Question question) const
{
    auto answer
        = m_crossing.ask([&supervision = m_supervision,
                             question = std::move(question)] { return question(supervision); },
            timeToAnswer);
    if (!answer)
        throw SupervisionSilent();
    return *std::move(answer);
}

QList<ProcessStatus> DistantSupervision::processes() const
{
    return ask([](const Supervision &supervision) { return supervision.processes(); });
}

QList<ProcessStatus> DistantSupervision::statusesOf(const QString &name) const
{
    return ask([name](const Supervision &supervision) { return supervision.statusesOf(name); });
}

bool DistantSupervision::knows(const QString &name) const
{
    return ask([name](const Supervision &supervision) { return supervision.knows(name); });
}

bool DistantSupervision::allReady() const
{
    return ask([](const Supervision &supervision) { return supervision.allReady(); });
}

QJsonObject DistantSupervision::serverObject() const
{
    return ask([](const Supervision &supervision) { return supervision.serverObject(); });
}

CommandResult DistantSupervision::command(const SupervisionCommand &command)
{
    return ask([command](Supervision &supervision) { return supervision.command(command); });
}

void DistantSupervision::reload(const ReloadRequest &request, ReloadDone done)
{
    m_crossing.post([&supervision = m_supervision, request, done = std::move(done)] {
        supervision.reload(request, done);
    });
}

} // namespace semper
