// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "health/attemptlimit.h"
#include "health/readinessprobe.h"

#include <semper/readyspec.h>

#include <QTimer>

namespace semper {

/// A probe that tries until it succeeds: one attempt at a time, each with a limit, and a pause
/// after each that failed.
class SEMPER_SERVER_EXPORT RepeatedProbe : public ReadinessProbe
{
    Q_OBJECT
public:
    void start() override { attempt(); }
    /// Instead of start(): begins with a pause, and tries again after a success too. ready() and
    /// failed() tell of each attempt.
    void startWatching();
    [[nodiscard]] QString missing() const override { return m_missing; }

Q_SIGNALS:
    void failed(const QString &why); ///< one attempt, for people

protected:
    /// Takes interval and limit of \a spec.
    explicit RepeatedProbe(const ReadySpec &spec);

    /// Begins one attempt: succeed() or fail() follows.
    virtual void begin() = 0;
    /// Ends the attempt, which has failed for the reason \a why; fail() follows.
    virtual void giveUp(const QString &why) = 0;
    void succeed();
    void fail(const QString &why);

private:
    void attempt();

    QTimer m_pause;
    AttemptLimit m_limit;
    QString m_missing;
    bool m_isWatching = false;
};

} // namespace semper
