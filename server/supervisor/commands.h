// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "boundary/supervision.h"

#include <QList>
#include <QString>

#include <optional>
#include <variant>

namespace semper {

class Instances;
class Journal;
class OrderlyStop;
class ProcessTable;
class Restarts;
class SupervisedProcess;

/// What people ask for: whom they mean, whether it can be done, and doing it. Supervision's thread.
class Commands
{
public:
    /// All must outlive it.
    Commands(const ProcessTable &table, Instances &instances, Restarts &restarts,
        OrderlyStop &orderlyStop, Journal &journal)
        : m_table(table)
        , m_instances(instances)
        , m_restarts(restarts)
        , m_orderlyStop(orderlyStop)
        , m_journal(journal)
    { }

    CommandResult run(const SupervisionCommand &command);

private:
    using Targets = QList<SupervisedProcess *>;

    [[nodiscard]] std::variant<Targets, CommandError> select(const QString &selector) const;
    [[nodiscard]] QString suggestionFor(const QString &name) const; ///< "; did you mean \"db\"?"
    [[nodiscard]] std::optional<CommandError> refusal(
        const SupervisionCommand &command, const Targets &targets) const;
    qint64 record(const SupervisionCommand &command, const Targets &targets);
    void carryOut(const SupervisionCommand &command, const Targets &targets);
    void start(const Targets &targets);
    void stop(const Targets &targets, const SupervisionCommand &command);

    const ProcessTable &m_table;
    Instances &m_instances;
    Restarts &m_restarts;
    OrderlyStop &m_orderlyStop;
    Journal &m_journal;
};

} // namespace semper
