// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/chipbar.h"

#include "view/chip.h"

#include <QButtonGroup>
#include <QHBoxLayout>

#include <numeric>

namespace semper::dashboard {

namespace {

constexpr int allId = int(allConditions.size());

Chip *chipOf(const QButtonGroup *group, int id)
{
    return static_cast<Chip *>(group->button(id));
}

} // namespace

ChipBar::ChipBar(QWidget *parent)
    : QWidget(parent)
    , m_group(new QButtonGroup(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    const auto add = [this, layout](std::optional<Condition> condition, int id) {
        auto *chip = new Chip(condition, this);
        m_group->addButton(chip, id);
        layout->addWidget(chip);
    };
    add(std::nullopt, allId);
    for (const Condition condition : allConditions)
        add(condition, int(condition));
    layout->addStretch();
    m_group->button(allId)->setChecked(true);
    connect(m_group, &QButtonGroup::idToggled, this, [this](int, bool checked) {
        if (checked)
            Q_EMIT chosenChanged();
    });
}

void ChipBar::setCounts(const std::array<int, allConditions.size()> &counts)
{
    for (const Condition condition : allConditions)
        chipOf(m_group, int(condition))->setCount(counts[size_t(condition)]);
    chipOf(m_group, allId)->setCount(std::accumulate(counts.begin(), counts.end(), 0));
}

void ChipBar::setStale(bool stale)
{
    for (int id = 0; id <= allId; ++id)
        chipOf(m_group, id)->setStale(stale);
}

std::optional<Condition> ChipBar::chosen() const
{
    const int id = m_group->checkedId();
    return id == allId ? std::nullopt : std::optional(Condition(id));
}

void ChipBar::choose(std::optional<Condition> condition)
{
    chip(condition)->setChecked(true);
}

QAbstractButton *ChipBar::chip(std::optional<Condition> condition) const
{
    return m_group->button(condition ? int(*condition) : allId);
}

} // namespace semper::dashboard
