// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/supervision.h"

#include <semper/semper_server_export.h>

#include <stdexcept>

namespace semper {

class Crossing;

/// Supervision did not answer: it is ending, or so far behind that something is wrong with it.
class SEMPER_SERVER_EXPORT SupervisionSilent : public std::runtime_error
{
public:
    SupervisionSilent();
};

/// Supervision as another thread sees it: each function waits for supervision's loop, which waits
/// for nobody. That takes microseconds, and what the answer takes; after 5 s SupervisionSilent is
/// thrown. For the services' thread.
class SEMPER_SERVER_EXPORT DistantSupervision : public Supervision
{
public:
    /// Both outlive it. \a crossing leads into the loop of \a supervision.
    DistantSupervision(Supervision &supervision, Crossing &crossing)
        : m_supervision(supervision)
        , m_crossing(crossing)
    { }

    [[nodiscard]] QList<ProcessStatus> processes() const override;
    [[nodiscard]] QList<ProcessStatus> statusesOf(const QString &name) const override;
    [[nodiscard]] bool knows(const QString &name) const override;
    [[nodiscard]] bool allReady() const override;
    [[nodiscard]] QJsonObject serverObject() const override;
    CommandResult command(const SupervisionCommand &command) override;
    /// Returns at once; \a done is called in supervision's loop.
    void reload(const ReloadRequest &request, ReloadDone done) override;

private:
    template <typename Question>
    auto ask(Question question) const;

    Supervision &m_supervision;
    Crossing &m_crossing;
};

} // namespace semper
